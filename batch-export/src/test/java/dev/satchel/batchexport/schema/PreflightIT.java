package dev.satchel.batchexport.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightIT {

    @Test
    void findsAGoodDatabaseGoodAndChangesNothing() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            var before = Schemas.everything(database);

            var report = Preflight.report(database.ownerDataSource());

            assertThat(report.isBlocked()).isFalse();
            assertThat(report.toString())
                    .contains("ok        server       PostgreSQL ")
                    .contains("ok        tables       public.export_history will be made")
                    .contains("ok        base tables  public.sessions")
                    .contains("has every right it needs")
                    .contains("notice    locks        ");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void tellsTheVersionOfAMigratedSchema() throws SQLException {
        try (var database = SampleDatabase.create()) {
            assertThat(Preflight.report(database.ownerDataSource()).toString())
                    .containsPattern("ok        history      the schema is at version \\d+");
        }
    }

    @Test
    void tellsWhichTablesWillBeMoved() throws SQLException {
        try (var database = Schemas.earlier()) {
            var before = Schemas.everything(database);

            var report = Preflight.report(database.ownerDataSource());

            assertThat(report.isBlocked()).isFalse();
            assertThat(report.toString())
                    .contains("public.user_progress is the application's earlier table and will be moved, as it is, to "
                            + "satchel.adopted_user_progress")
                    .contains("and all who use public.user_api_keys, public.user_progress, public.export_history, "
                            + "public.sessions");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void stopsAtWhatDependsOnATableToBeMoved() throws SQLException {
        try (var database = Schemas.earlier()) {
            Schemas.run(
                    database.ownerDataSource(),
                    "CREATE VIEW public.points AS SELECT user_id, total_points FROM public.user_progress");

            assertThat(Preflight.report(database.ownerDataSource()).blocking())
                    .singleElement()
                    .hasToString(
                            "blocking  tables       view public.points reads public.user_progress, which is to be moved: drop it, "
                                    + "migrate, and make it again");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SQL_ASCII", "LATIN1", "LATIN9"})
    void stopsInADatabaseOfAnotherEncodingThanUtf8(String encoding) throws SQLException {
        try (var database = Schemas.unmigrated()) {
            var name = database.name() + "_" + encoding.toLowerCase(Locale.ROOT);
            Schemas.run(
                    database.superuserDataSource(),
                    "CREATE DATABASE " + name + " OWNER satchel_owner TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
                            + " ENCODING '" + encoding + "'");
            try {
                var owner = database.ownerDataSource();
                owner.setDatabaseName(name);
                var superuser = database.superuserDataSource();
                superuser.setDatabaseName(name);
                Schemas.run(
                        superuser,
                        "GRANT USAGE, CREATE ON SCHEMA public TO satchel_owner;"
                                + " REVOKE CREATE ON SCHEMA public FROM PUBLIC");
                Schemas.run(owner, Schemas.resource("/dev/satchel/db/platform/V000__platform.sql"));
                Schemas.run(owner, Schemas.resource("/db/sample/base-tables.sql"));

                assertThat(Preflight.report(owner).blocking())
                        .extracting(Preflight.Finding::toString)
                        .containsExactly("blocking  encoding     the database's encoding is " + encoding + ", in which"
                                + " not every text of a user can be kept as it is: copy the data (pg_dump, pg_restore)"
                                + " into a database made with ENCODING 'UTF8' TEMPLATE template0");
                assertThatThrownBy(() -> new Migration(owner).migrate()).isInstanceOf(PreflightException.class);
                assertThat(Schemas.value(owner, "SELECT to_regnamespace('satchel')"))
                        .isNull();
                assertThat(SchemaVerification.of(owner).checks())
                        .contains(new Check("encoding of the database", "UTF8", encoding, Check.Result.FAILED));
            } finally {
                Schemas.run(database.superuserDataSource(), "DROP DATABASE " + name + " WITH (FORCE)");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "14.18, 140018, BLOCKING", "14.19, 140019, OK", "15.13, 150013, BLOCKING", "15.14, 150014, OK",
        "16.9, 160009, BLOCKING", "16.10, 160010, OK", "17.5, 170005, BLOCKING", "17.6, 170006, OK",
        "18.0, 180000, OK", "13.22, 130022, BLOCKING", "19beta1, 190000, OK"
    })
    void knowsTheServersWhoseRowSecurityHolds(String version, int number, Preflight.Level level) {
        assertThat(Preflight.serverFinding(version, number).level()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER TABLE public.sessions RENAME ended_at TO finished_at        | public.sessions lacks column ended_at timestamp with time zone
            ALTER TABLE public.sessions ALTER qa_correct TYPE bigint          | public.sessions has column qa_correct as bigint and not integer
            DROP TABLE public.sessions CASCADE                                | public.sessions is missing
            ALTER TABLE public.users DROP CONSTRAINT users_pkey CASCADE       | public.users has no unique key on id, to which foreign keys could refer
            """)
    void stopsWhereTheApplicationsTablesAreDifferent(String change, String found) throws SQLException {
        try (var database = Schemas.unmigrated()) {
            Schemas.run(database.ownerDataSource(), change);

            assertThat(Preflight.report(database.ownerDataSource()).blocking())
                    .extracting(Preflight.Finding::text)
                    .contains(found);
        }
    }

    @Test
    void noticesTablesThatExportsWillLackOrUsersCannotRead() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            Schemas.run(database.ownerDataSource(), """
                    DROP TABLE public.qa_responses;
                    REVOKE ALL ON public.user_settings FROM PUBLIC, anon, authenticated, service_role;
                    """);

            var report = Preflight.report(database.ownerDataSource());

            assertThat(report.isBlocked()).isFalse();
            assertThat(report.toString())
                    .contains("public.qa_responses is missing: exports will say that it is absent")
                    .contains("GRANT SELECT ON TABLE public.user_settings TO authenticated;");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GRANT CREATE ON SCHEMA public TO PUBLIC                          | PUBLIC        | REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT CREATE ON SCHEMA public TO authenticated                   | authenticated | REVOKE CREATE ON SCHEMA public FROM authenticated;
            GRANT CREATE ON SCHEMA public TO "odd group"                     | odd group     | REVOKE CREATE ON SCHEMA public FROM "odd group";
            CREATE SCHEMA satchel AUTHORIZATION "odd group"; GRANT ALL ON SCHEMA satchel TO satchel_owner | odd group     | ALTER SCHEMA satchel OWNER TO satchel_owner;
            """)
    void stopsWhereOthersMayCreateWhatItWouldFind(String opening, String who, String remedy) throws SQLException {
        try (var database = Schemas.unmigrated()) {
            Schemas.run(database.superuserDataSource(), "CREATE ROLE \"odd group\"");
            Schemas.run(database.superuserDataSource(), opening);
            var before = Schemas.everything(database);

            var stop = catchThrowableOfType(
                    PreflightException.class, () -> new Migration(database.ownerDataSource()).migrate());

            assertThat(stop.report().blocking().stream()
                            .filter(finding -> finding.subject().equals("schemas")))
                    .singleElement()
                    .isEqualTo(new Preflight.Finding(
                            Preflight.Level.BLOCKING,
                            "schemas",
                            "operators and functions of others could run with your rights, because these may create them: "
                                    + who,
                            List.of(remedy)));
            assertThat(Schemas.everything(database)).isEqualTo(before);

            Schemas.run(database.superuserDataSource(), remedy);
            assertThat(new Migration(database.ownerDataSource()).migrate().applied())
                    .isNotEmpty();
        } finally {
            try (var any = SampleDatabase.createEmpty()) {
                Schemas.run(any.superuserDataSource(), "DROP ROLE IF EXISTS \"odd group\"");
            }
        }
    }

    @Test
    void trustsWhoIsTheOwnerInTheEnd() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            var deputy = "deputy_" + UUID.randomUUID().toString().substring(0, 8);
            Schemas.run(database.superuserDataSource(), """
                    CREATE ROLE %1$s;
                    GRANT satchel_owner TO %1$s;
                    GRANT CREATE ON SCHEMA public TO %1$s;
                    """.formatted(deputy));

            assertThat(Preflight.report(database.ownerDataSource()).isBlocked()).isFalse();

            Schemas.run(database.superuserDataSource(), "DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(deputy));
        }
    }

    @Test
    void doesNotTakeTheRightAwayFromTheMigratorItself() throws SQLException {
        try (var database = Schemas.unmigrated();
                var migrator = new Migrator(database)) {
            Schemas.run(
                    database.superuserDataSource(),
                    "GRANT CREATE ON SCHEMA public TO PUBLIC; REVOKE CREATE ON SCHEMA public FROM " + migrator.name);

            assertThat(Preflight.report(migrator.dataSource()).blocking())
                    .singleElement()
                    .extracting(Preflight.Finding::statements)
                    .isEqualTo(List.of(
                            "GRANT USAGE, CREATE ON SCHEMA public TO " + migrator.name + ";",
                            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TRIGGER spy BEFORE INSERT ON public.user_progress FOR EACH ROW"
                        + " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "CREATE RULE spy AS ON INSERT TO public.user_progress DO ALSO NOTHING"
            })
    void stopsAtWhatOthersPutOnATableOfItsShape(String spy) throws SQLException {
        try (var database = Schemas.unmigrated()) {
            for (var file : List.of(
                    "V001__private_schema.sql",
                    "V003__user_api_keys.sql",
                    "V004__export_history.sql",
                    "V005__user_progress.sql")) {
                Schemas.run(database.ownerDataSource(), PastedFiles.read(file));
            }
            assertThat(Preflight.report(database.ownerDataSource()).isBlocked()).isFalse();
            Schemas.run(database.ownerDataSource(), spy);

            assertThat(Preflight.report(database.ownerDataSource()).blocking())
                    .extracting(Preflight.Finding::text)
                    .anySatisfy(text -> assertThat(text)
                            .startsWith("public.user_progress exists and has another shape: ")
                            .contains(" spy "));
        }
    }

    @Test
    void tellsATypeFromOneThatIsCalledTheSame() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            Schemas.run(database.ownerDataSource(), """
                    CREATE DOMAIN public.uuid AS pg_catalog.uuid;
                    ALTER TABLE public.learning_progress ALTER id TYPE public.uuid;
                    """);
            Schemas.run(
                    database.superuserDataSource(),
                    "ALTER DATABASE %s SET search_path = public, pg_catalog".formatted(database.name()));

            assertThat(Preflight.report(database.ownerDataSource()).blocking())
                    .extracting(Preflight.Finding::text)
                    .containsExactly("public.learning_progress has column id as public.uuid and not uuid");
        }
    }

    @Test
    void countsUsersWithoutAnAuthUser() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            Schemas.run(database.ownerDataSource(), """
                    CREATE TABLE auth.users (id uuid PRIMARY KEY);
                    INSERT INTO auth.users SELECT id FROM public.users ORDER BY email LIMIT 23;
                    """);

            var report = Preflight.report(database.ownerDataSource());

            assertThat(report.isBlocked()).isFalse();
            assertThat(report.toString())
                    .contains(
                            "notice    users        2 have no auth user of the same id and cannot reach their rows, such as ");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            REVOKE CREATE ON DATABASE %1$s FROM %2$s                | GRANT CREATE ON DATABASE %1$s TO %2$s;
            REVOKE CREATE ON SCHEMA public FROM %2$s, PUBLIC        | GRANT USAGE, CREATE ON SCHEMA public TO %2$s;
            REVOKE REFERENCES ON TABLE public.users FROM %2$s       | GRANT REFERENCES ON TABLE public.users TO %2$s;
            REVOKE TRIGGER ON TABLE public.sessions FROM %2$s       | GRANT TRIGGER ON TABLE public.sessions TO %2$s;
            REVOKE SELECT ON TABLE public.sessions FROM %2$s        | GRANT SELECT ON TABLE public.sessions TO %2$s;
            REVOKE USAGE ON SCHEMA auth FROM %2$s, PUBLIC           | GRANT USAGE ON SCHEMA auth TO %2$s;
            REVOKE TRIGGER ON TABLE public.users FROM %2$s          | GRANT TRIGGER ON TABLE public.users TO %2$s;
            REVOKE UPDATE ON TABLE public.users FROM %2$s           | GRANT UPDATE ON TABLE public.users TO %2$s;
            ALTER ROLE %2$s NOBYPASSRLS                             | ALTER ROLE %2$s BYPASSRLS;
            REVOKE authenticated FROM %2$s                          | GRANT authenticated TO %2$s WITH ADMIN OPTION;
            """)
    void namesTheStatementForAMissingRight(String revocation, String grant) throws SQLException {
        try (var database = Schemas.unmigrated();
                var migrator = new Migrator(database)) {
            if (revocation.startsWith("REVOKE authenticated")) {
                // A role that is no member yet, as on a server that has never seen Satchel.
                Schemas.run(database.ownerDataSource(), "REVOKE authenticated FROM satchel_exports");
            }
            assertThat(Preflight.report(migrator.dataSource()).isBlocked()).isFalse();
            var cascade = revocation.startsWith("REVOKE") ? " CASCADE" : "";
            Schemas.run(database.superuserDataSource(), revocation.formatted(database.name(), migrator.name) + cascade);
            var before = Schemas.everything(database);

            var stop = catchThrowableOfType(
                    PreflightException.class, () -> new Migration(migrator.dataSource()).migrate());

            var statement = grant.formatted(database.name(), migrator.name);
            assertThat(stop.report().blocking())
                    .singleElement()
                    .extracting(Preflight.Finding::statements)
                    .isEqualTo(List.of(statement));
            assertThat(stop.getMessage()).contains(statement);
            assertThat(Schemas.everything(database)).isEqualTo(before);

            Schemas.run(database.superuserDataSource(), statement);
            assertThat(new Migration(migrator.dataSource()).migrate().applied()).isNotEmpty();
        }
    }

    @Test
    void adoptionTakesTheOwner() throws SQLException {
        try (var database = Schemas.earlier();
                var migrator = new Migrator(database)) {
            assertThat(Preflight.report(migrator.dataSource()).blocking())
                    .singleElement()
                    .extracting(Preflight.Finding::statements)
                    .isEqualTo(List.of("GRANT " + database.ownerUser() + " TO " + migrator.name + ";"));
        }
    }

    /** A role that owns nothing and has each right that a migration needs, and no more. */
    private static final class Migrator implements AutoCloseable {

        private final SampleDatabase database;
        private final String name = "migrator_" + UUID.randomUUID().toString().substring(0, 8);

        Migrator(SampleDatabase database) throws SQLException {
            this.database = database;
            Schemas.run(database.superuserDataSource(), """
                    CREATE ROLE %2$s LOGIN NOINHERIT BYPASSRLS PASSWORD 'pre-flight';
                    GRANT CREATE ON DATABASE %1$s TO %2$s;
                    REVOKE ALL ON SCHEMA public FROM PUBLIC;
                    GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
                    GRANT USAGE, CREATE ON SCHEMA public TO %2$s;
                    GRANT USAGE ON SCHEMA auth TO %2$s;
                    GRANT SELECT, UPDATE, REFERENCES, TRIGGER ON TABLE public.users TO %2$s;
                    GRANT SELECT, TRIGGER ON TABLE public.sessions, public.learning_progress TO %2$s;
                    GRANT authenticated TO %2$s WITH ADMIN OPTION;
                    """.formatted(database.name(), name));
        }

        DataSource dataSource() {
            return database.dataSource(name, "pre-flight");
        }

        @Override
        public void close() throws SQLException {
            Schemas.run(database.superuserDataSource(), "DROP OWNED BY %1$s CASCADE; DROP ROLE %1$s".formatted(name));
            Schemas.run(database.ownerDataSource(), """
                    DO $block$
                    BEGIN
                        IF NOT pg_has_role('satchel_exports', 'authenticated', 'MEMBER') THEN
                            GRANT authenticated TO satchel_exports;
                        END IF;
                    END
                    $block$
                    """);
        }
    }
}
