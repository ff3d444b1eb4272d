package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.Platform;
import dev.satchel.batchexport.schema.PostgresServer;
import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.SchemaVerification;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a dump leaves out, a migration brings back; RestoreWithPgDump does the same with the real tools. */
class RestorationIT {

    // What pg_restore --no-privileges leaves: no list of rights at all, which means those by birth, and for functions
    // EXECUTE for PUBLIC. Nothing but the catalog itself can say that.
    private static final String WITHOUT_PRIVILEGES = """
            UPDATE pg_class
               SET relacl = NULL
             WHERE relnamespace IN ('public'::regnamespace, 'satchel'::regnamespace);
            UPDATE pg_attribute
               SET attacl = NULL
              FROM pg_class
             WHERE pg_class.oid = attrelid
               AND relnamespace IN ('public'::regnamespace, 'satchel'::regnamespace);
            UPDATE pg_proc
               SET proacl = NULL
             WHERE pronamespace IN ('auth'::regnamespace, 'satchel'::regnamespace);
            UPDATE pg_namespace
               SET nspacl = NULL
             WHERE nspname IN ('auth', 'satchel');
            DELETE FROM pg_shdepend
             WHERE deptype = 'a'
               AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database());
            """;

    private static final String OPEN_FUNCTIONS = """
            SELECT count(*)
              FROM pg_proc
             WHERE pronamespace = 'satchel'::regnamespace
               AND has_function_privilege('anon', oid, 'EXECUTE')
            """;

    static Stream<PostgresServer.Version> versions() {
        return PostgresServer.versions();
    }

    @Test
    void bringsBackEveryRight() throws SQLException {
        try (var database = SampleDatabase.createWithLearners()) {
            Schemas.run(database.superuserDataSource(), WITHOUT_PRIVILEGES);
            var owner = database.ownerDataSource();
            assertThat(failed(owner)).hasSizeGreaterThan(90);
            assertThat(Schemas.value(owner, OPEN_FUNCTIONS)).isNotEqualTo("0");

            var outcome = new Migration(owner).migrate();

            assertThat(outcome.left()).isEmpty();
            assertThat(outcome.restored())
                    .contains(
                            "restored grant on table public.user_progress to authenticated",
                            "restored grant on column public.export_history.filters to authenticated",
                            "restored grant on schema satchel to satchel_exports",
                            "restored use of schema auth by authenticated",
                            "took back grant on function satchel.user_ids() to PUBLIC")
                    .last()
                    .asString()
                    .matches("restored what the migrations make: grants \\d+, parts of the platform \\d+, rights \\d+");
            assertThat(failed(owner)).isEmpty();
            assertThat(Schemas.value(owner, OPEN_FUNCTIONS)).isEqualTo("0");
            var again = new Migration(owner).migrate();
            assertThat(again.isChange()).isFalse();
            assertThat(again.left()).isEmpty();
        }
    }

    @Test
    void tellsBeforehandWhatItWouldBringBack() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var owner = database.ownerDataSource();
            assertThat(Preflight.report(owner).toString())
                    .contains("ok      contract: the schema is what the migrations make");
            Schemas.run(database.superuserDataSource(), WITHOUT_PRIVILEGES);
            Schemas.run(owner, "CREATE TABLE satchel.leftover (id integer)");
            var before = Schemas.everything(database);

            var report = Preflight.report(owner);

            assertThat(report.isBlocked()).isFalse();
            assertThat(report.toString())
                    .contains(
                            "notice  grant on table public.export_history to authenticated: would be restored: expected DELETE,"
                                    + " SELECT, found ")
                    .contains("  GRANT DELETE, SELECT ON TABLE public.export_history TO \"authenticated\";")
                    .contains("  REVOKE EXECUTE ON FUNCTION satchel.user_ids() FROM PUBLIC;")
                    .contains(
                            "FAILED  table satchel.leftover: expected nothing, found ordinary: is not Satchel's; to change"
                                    + " that, run: DROP TABLE satchel.leftover;");
            assertThat(report.isFailed()).isTrue();
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    /** A dump of a database has no roles, and the policies and grants that name them cannot be restored. */
    @ParameterizedTest
    @MethodSource("versions")
    void makesTheRolesOfAServerThatHasNone(PostgresServer.Version version) throws SQLException, IOException {
        try (var server = version.start()) {
            var owner = Platform.PLAIN.prepare(server);
            new Migration(owner).migrate();
            server.run("postgres", "project", """
                    DROP OWNED BY anon, authenticated, service_role, satchel_runtime, satchel_exports, satchel_vault,
                        satchel_rotation;
                    DROP ROLE anon, authenticated, service_role, satchel_runtime, satchel_exports, satchel_vault,
                        satchel_rotation;
                    """);

            var outcome = new Migration(owner).migrate();

            assertThat(outcome.left()).isEmpty();
            assertThat(outcome.restored())
                    .contains(
                            "restored role satchel_exports",
                            "restored policy \"Satchel works on export history\" on public.export_history");
            assertThat(failed(owner)).isEmpty();
            assertThat(new Migration(owner).migrate().isChange()).isFalse();
        }
    }

    /** A later file names roles that a restored database need not find. */
    @Test
    void makesTheRolesBeforeALaterFileNeedsThem() throws SQLException, IOException {
        try (var server = versions().findFirst().orElseThrow().start()) {
            var owner = Platform.PLAIN.prepare(server);
            new Migration(owner).migrate();
            server.run("postgres", "project", """
                    DROP OWNED BY satchel_runtime, satchel_exports, satchel_vault, satchel_rotation;
                    DROP ROLE satchel_runtime, satchel_exports, satchel_vault, satchel_rotation;
                    UPDATE satchel.flyway_schema_history SET checksum = checksum + 1 WHERE script LIKE 'R\\_\\_%'
                    """);

            var outcome = new Migration(owner).migrate();

            assertThat(outcome.applied()).contains("export limits");
            assertThat(outcome.left()).isEmpty();
            assertThat(failed(owner)).isEmpty();
        }
    }

    @Test
    void leavesWhatOthersGrantedAndMadeAndSaysSoEachTime() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var owner = database.ownerDataSource();
            Schemas.run(owner, """
                    GRANT SELECT ON public.export_history TO pg_monitor;
                    CREATE INDEX of_the_operator ON public.export_history (file_size_bytes);
                    REVOKE SELECT ON public.user_progress FROM authenticated;
                    """);

            var outcome = new Migration(owner).migrate();
            var again = new Migration(owner).migrate();

            assertThat(outcome.restored())
                    .contains("restored grant on table public.user_progress to authenticated")
                    .doesNotContain("took back grant on table public.export_history to pg_monitor");
            assertThat(again.isChange()).isFalse();
            assertThat(again.left())
                    .isEqualTo(outcome.left())
                    .containsExactlyInAnyOrder(
                            "grant on table public.export_history to pg_monitor: somebody granted it to a role that is not"
                                    + " Satchel's; to change that, run: REVOKE SELECT ON TABLE public.export_history FROM"
                                    + " \"pg_monitor\";",
                            "index public.of_the_operator: is not Satchel's; to change that, run: DROP INDEX"
                                    + " public.of_the_operator;");
        }
    }

    /** What a constraint or an index cannot be made on stays, with the reason, and so do the rows. */
    @Test
    void losesNoRowForAConstraint() throws SQLException {
        try (var database = SampleDatabase.createWithLearners()) {
            var owner = database.ownerDataSource();
            Schemas.run(owner, """
                    ALTER TABLE public.export_history DROP CONSTRAINT export_history_records_count_check;
                    INSERT INTO public.export_history (user_id, export_type, export_format, records_count)
                    SELECT id, 'all', 'csv', -1 FROM public.users LIMIT 1
                    """);

            var left = new Migration(owner).migrate().left();

            assertThat(left)
                    .containsExactly("constraint export_history_records_count_check on public.export_history: check"
                            + " constraint \"export_history_records_count_check\" of relation \"export_history\" is"
                            + " violated by some row (23514); it takes: ALTER TABLE public.export_history ADD CONSTRAINT"
                            + " export_history_records_count_check CHECK ((records_count >= 0));");
            assertThat(Schemas.value(owner, "SELECT count(*) FROM public.export_history"))
                    .isEqualTo("1");
            Schemas.run(owner, "UPDATE public.export_history SET records_count = 0");
            assertThat(new Migration(owner).migrate().left()).isEmpty();
            assertThat(failed(owner)).isEmpty();
        }
    }

    /** Default privileges open what is restored without privileges to every API role. */
    @Test
    void closesWhatDefaultPrivilegesOpened() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var owner = database.ownerDataSource();
            Schemas.run(database.superuserDataSource(), WITHOUT_PRIVILEGES);
            Schemas.run(owner, """
                    GRANT ALL ON ALL TABLES IN SCHEMA public, satchel TO PUBLIC, anon, authenticated, service_role;
                    GRANT ALL ON ALL SEQUENCES IN SCHEMA satchel TO PUBLIC, anon, authenticated, service_role;
                    GRANT ALL ON ALL FUNCTIONS IN SCHEMA satchel TO PUBLIC, anon, authenticated, service_role;
                    GRANT ALL ON SCHEMA satchel TO anon, authenticated, service_role;
                    REVOKE CREATE ON SCHEMA satchel FROM anon, authenticated, service_role;
                    """);
            var sessions = "SELECT relacl::text FROM pg_class WHERE oid = 'public.sessions'::regclass";
            var applications = Schemas.value(owner, sessions);

            var outcome = new Migration(owner).migrate();

            assertThat(outcome.left()).isEmpty();
            assertThat(failed(owner)).isEmpty();
            assertThat(Schemas.value(owner, sessions)).isEqualTo(applications);
        }
    }

    private static List<String> failed(DataSource owner) throws SQLException {
        new Backfill(owner).run(waiting -> {});
        return SchemaVerification.of(owner).checks().stream()
                .filter(Check::isFailed)
                .map(Check::line)
                .toList();
    }
}
