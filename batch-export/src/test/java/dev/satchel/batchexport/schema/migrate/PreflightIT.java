package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.SchemaVerification;
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
                    .contains("ok      server version: ")
                    .contains("ok      table public.export_history: will be made")
                    .contains("ok      progress of sessions: follows public.sessions")
                    .contains("has every right it needs")
                    .contains("notice  locks: ");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void tellsTheVersionOfAMigratedSchema() throws SQLException {
        try (var database = SampleDatabase.create()) {
            assertThat(Preflight.report(database.ownerDataSource()).toString())
                    .containsPattern("ok      history: the schema is at version \\d+");
        }
    }

    @Test
    void tellsWhichTablesWillBeMoved() throws SQLException {
        try (var database = Schemas.earlier()) {
            var before = Schemas.everything(database);

            var report = Preflight.report(database.ownerDataSource());

            assertThat(report.isBlocked()).isFalse();
            assertThat(report.toString())
                    .contains(
                            "table public.user_progress: is the application's legacy table and will be moved, as it is, to "
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
                    .extracting(Check::line)
                    .isEqualTo(
                            "FAILED  tables: expected nothing that depends on a legacy table, found view public.points reads public.user_progress, which is to be moved: drop it, "
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
                        .extracting(Check::line)
                        .containsExactly("FAILED  encoding of the database: expected UTF8, found " + encoding + ", in"
                                + " which not every text of a user can be kept as it is: copy the data (pg_dump, pg_restore)"
                                + " into a database made with ENCODING 'UTF8' TEMPLATE template0");
                assertThatThrownBy(() -> new Migration(owner).migrate()).isInstanceOf(PreflightException.class);
                assertThat(Schemas.value(owner, "SELECT to_regnamespace('satchel')"))
                        .isNull();
                assertThat(SchemaVerification.of(owner).checks())
                        .anyMatch(check -> check.isFailed() && check.subject().equals("encoding of the database"));
            } finally {
                Schemas.run(database.superuserDataSource(), "DROP DATABASE " + name + " WITH (FORCE)");
            }
        }
    }

    @Test
    void needsATableOfUsersWithAUniqueUuid() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            Schemas.run(database.ownerDataSource(), "ALTER TABLE public.users DROP CONSTRAINT users_pkey CASCADE");

            assertThat(Preflight.report(database.ownerDataSource()).blocking())
                    .singleElement()
                    .satisfies(check -> {
                        assertThat(check.found())
                                .isEqualTo(
                                        "public.users, which has no unique key on id, to which foreign keys could refer");
                        assertThat(check.statements())
                                .containsExactly("ALTER TABLE public.users ADD PRIMARY KEY (id);");
                    });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER TABLE public.sessions RENAME ended_at TO finished_at   | public.sessions lacks column ended_at timestamp with time zone
            ALTER TABLE public.sessions ALTER qa_correct TYPE bigint     | public.sessions has column qa_correct as bigint and not integer
            ALTER TABLE public.sessions DROP CONSTRAINT sessions_user_id_fkey, ALTER user_id TYPE text | public.sessions has column user_id as text and not uuid, which is fixed by the specification: uuid
            DROP TABLE public.sessions CASCADE                           | there is no table public.sessions
            """)
    void leavesSessionsOfAnotherShapeAlone(String change, String why) throws SQLException {
        try (var database = Schemas.unmigrated()) {
            for (var policy : Schemas.rows(
                    database.ownerDataSource(),
                    "SELECT format('DROP POLICY %I ON public.sessions', polname) FROM pg_policy WHERE polrelid ="
                            + " 'public.sessions'::regclass")) {
                Schemas.run(database.ownerDataSource(), policy);
            }
            Schemas.run(database.ownerDataSource(), change);
            var sentence =
                    "progress does not follow sessions: " + why + "; when this has changed, run: satchel migrate";

            assertThat(Preflight.report(database.ownerDataSource()).toString())
                    .contains("notice  progress of sessions: " + sentence);
            assertThat(new Migration(database.ownerDataSource()).migrate().leftOut())
                    .containsExactly(sentence);
            new Backfill(database.ownerDataSource()).run(waiting -> {});
            assertThat(SchemaVerification.of(database.ownerDataSource()).checks())
                    .contains(Check.notice("progress of sessions", sentence))
                    .noneMatch(Check::isFailed);
            assertThat(Schemas.value(database.ownerDataSource(), "SELECT satchel.follows('public.sessions')"))
                    .isEqualTo("f");
        }
    }

    @Test
    void namesATriggerWhoseColumnsAreGone() throws SQLException {
        try (var database = SampleDatabase.create()) {
            Schemas.run(
                    database.ownerDataSource(), "ALTER TABLE public.sessions RENAME qa_correct TO answered_correctly");

            var report = Preflight.report(database.ownerDataSource());

            assertThat(report.isFailed()).isTrue();
            assertThat(report.toString())
                    .contains(
                            "FAILED  trigger trigger_update_user_progress_from_session_insert on public.sessions: expected"
                                    + " nothing, found a trigger that reads columns which the table does not have: bring the"
                                    + " columns back; to change that, run: DROP TRIGGER"
                                    + " trigger_update_user_progress_from_session_insert ON public.sessions;");
            assertThat(SchemaVerification.of(database.ownerDataSource()).checks())
                    .filteredOn(Check::isFailed)
                    .extracting(Check::subject)
                    .contains("trigger trigger_update_user_progress_from_session_insert on public.sessions");
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
                    .contains("ok      table public.qa_responses: absent, as exports will say")
                    .contains("GRANT SELECT ON public.user_settings TO authenticated;");
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
                            .filter(check -> check.subject().equals("creation in schema public")))
                    .singleElement()
                    .isEqualTo(Check.failed(
                            "creation in schema public",
                            "left to its owners",
                            "open to " + who + ", whose operators and functions could run with your rights",
                            remedy));
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
                    .extracting(Check::statements)
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
                Schemas.run(database.ownerDataSource(), SchemaFiles.read(file));
            }
            assertThat(Preflight.report(database.ownerDataSource()).isBlocked()).isFalse();
            Schemas.run(database.ownerDataSource(), spy);

            assertThat(Preflight.report(database.ownerDataSource()).blocking())
                    .extracting(Check::found)
                    .anySatisfy(text -> assertThat(text)
                            .startsWith("one of another shape: ")
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

            assertThat(Preflight.report(database.ownerDataSource()).toString())
                    .contains("public.learning_progress has column id as public.uuid and not uuid");
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
                            "warning users without a user in auth.users: 2: row security shows their rows to no user, such as ");
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
                    .extracting(Check::statements)
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
                    .extracting(Check::statements)
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
