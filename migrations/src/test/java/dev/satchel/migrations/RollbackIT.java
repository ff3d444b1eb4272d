package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** The rollback file, pasted as one batch. */
class RollbackIT {

    private static final String ROLLBACK = Cluster.resource("/dev/satchel/db/rollback/U001__satchel.sql");
    private static final Pattern RESTORE = Pattern.compile("INSERT INTO .*;");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void upDownUpDownLeavesEverythingElseAsItWas(boolean adopted) throws Exception {
        // The roles are of the server and stay, so they are there before the first fingerprint is taken.
        SampleDatabase.create().close();
        try (var database = SampleDatabase.createUnmigratedWithLearners()) {
            if (adopted) {
                run(database, Cluster.resource("/db/sample/earlier-tables.sql"));
                run(database, Cluster.resource("/db/sample/earlier-rows.sql"));
            }
            var before = CatalogFingerprint.of(database.superuserDataSource());
            var dumpBefore = CatalogFingerprint.dump(database);
            var rowsBefore = allRows(database);
            assertThat(before).hasSizeGreaterThan(400);

            for (int round = 1; round <= 2; round++) {
                Cluster.flyway(database.ownerDataSource()).migrate();
                var up = CatalogFingerprint.of(database.superuserDataSource());
                if (!adopted) {
                    assertThat(up).containsAll(before).hasSizeGreaterThan(before.size());
                }
                run(database, "SET satchel.rollback = 'destroy';\n" + ROLLBACK);

                assertThat(CatalogFingerprint.of(database.superuserDataSource()))
                        .as("round " + round)
                        .isEqualTo(before);
                assertThat(CatalogFingerprint.dump(database)).isEqualTo(dumpBefore);
                assertThat(allRows(database)).isEqualTo(rowsBefore);
                try (var owner = Session.open(database.ownerDataSource())) {
                    assertThat(owner.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'satchel%'"))
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void refusesWhileTablesHoldRows() throws SQLException {
        try (var database = SampleDatabase.createWithLearners();
                var owner = Session.open(database.ownerDataSource())) {
            var before = CatalogFingerprint.of(database.superuserDataSource());

            var refusal = catchThrowableOfType(PSQLException.class, () -> execute(database, ROLLBACK));

            assertThat(refusal.getServerErrorMessage().getMessage()).isEqualTo("Satchel's tables hold rows");
            assertThat(refusal.getServerErrorMessage().getDetail()).startsWith("public.user_progress (25 rows)");
            assertThat(refusal.getServerErrorMessage().getHint())
                    .contains("--archive")
                    .contains("--destroy");
            assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
            assertThat(owner.value("SELECT count(*) FROM public.user_progress")).isEqualTo("25");
        }
    }

    @Test
    void emptyTablesNeedNoWord() throws SQLException {
        try (var database = SampleDatabase.create();
                var owner = Session.open(database.ownerDataSource())) {
            execute(database, ROLLBACK);

            assertThat(owner.value("SELECT to_regclass('public.export_history')"))
                    .isEqualTo("NULL");
        }
    }

    @Test
    void anUnknownWordIsRefused() {
        try (var database = SampleDatabase.create()) {
            assertThatThrownBy(() -> execute(database, "SET satchel.rollback = 'keep';\n" + ROLLBACK))
                    .hasMessageContaining("satchel.rollback is 'keep', expected archive or destroy");
        }
    }

    @Test
    void aDatabaseWithoutSatchelIsLeftAlone() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated()) {
            run(database, Cluster.resource("/db/sample/earlier-tables.sql"));
            var before = CatalogFingerprint.of(database.superuserDataSource());

            var notices = execute(database, "SET satchel.rollback = 'destroy';\n" + ROLLBACK);

            assertThat(notices).containsExactly("nothing to roll back: there is no schema satchel");
            assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
        }
    }

    @Test
    void tablesOfTheApplicationAreNotTakenForSatchels() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated();
                var owner = Session.open(database.ownerDataSource())) {
            run(database, Cluster.resource("/db/sample/earlier-tables.sql"));
            owner.run("CREATE SCHEMA satchel");

            assertThatThrownBy(() -> execute(database, "SET satchel.rollback = 'destroy';\n" + ROLLBACK))
                    .hasMessageContaining("public.user_api_keys is not Satchel's");
        }
    }

    @Test
    void archivedRowsComeBack() throws SQLException {
        try (var database = SampleDatabase.createWithLearners();
                var owner = Session.open(database.ownerDataSource())) {
            owner.run("""
                    INSERT INTO public.export_history (user_id, export_type, export_format, status, data)
                    SELECT id, 'all', 'json', 'completed', '{"files": ["año"]}'
                      FROM public.users
                    """);
            var before = allRows(database);

            var notices = execute(database, "SET satchel.rollback = 'archive';\n" + ROLLBACK);

            assertThat(notices).hasSize(3).allMatch(notice -> notice.startsWith("archived "));
            assertThat(owner.rows("""
                            SELECT obj_description(oid, 'pg_class') LIKE 'To bring the rows back, migrate again, then: %',
                                   has_schema_privilege('authenticated', relnamespace, 'USAGE'),
                                   has_table_privilege('satchel_runtime', oid, 'SELECT')
                              FROM pg_class
                             WHERE relnamespace = 'satchel_archive'::regnamespace
                               AND relkind = 'r'
                            """)).containsExactly("t | f | f", "t | f | f", "t | f | f");
            Cluster.flyway(database.ownerDataSource()).migrate();
            for (var notice : notices) {
                var restore = RESTORE.matcher(notice);
                assertThat(restore.find()).isTrue();
                owner.run(restore.group());
            }
            assertThat(allRows(database)).isEqualTo(before);
        }
    }

    @Test
    void twoArchivesDoNotCollide() throws SQLException {
        try (var database = SampleDatabase.createWithLearners();
                var owner = Session.open(database.ownerDataSource())) {
            for (int round = 1; round <= 2; round++) {
                execute(database, "SET satchel.rollback = 'archive';\n" + ROLLBACK);
                Cluster.flyway(database.ownerDataSource()).migrate();
                owner.value("SELECT satchel.backfill_progress(NULL, 1000)");
            }

            assertThat(owner.value("""
                            SELECT count(*)
                              FROM pg_class
                             WHERE relnamespace = 'satchel_archive'::regnamespace
                               AND relname LIKE 'user_progress_%'
                            """)).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            CREATE VIEW public.finished AS SELECT id FROM public.export_history      | view public.finished depends on table public.export_history
            CREATE TABLE public.note (export uuid REFERENCES public.export_history)  | constraint note_export_fkey on table public.note depends on table public.export_history
            CREATE FUNCTION public.f() RETURNS SETOF public.user_progress LANGUAGE sql AS 'SELECT * FROM public.user_progress' | function public.f() depends on type public.user_progress
            CREATE VIEW public.mine AS SELECT * FROM public.user_api_keys_status     | view public.mine depends on view public.user_api_keys_status
            CREATE TRIGGER mine BEFORE UPDATE ON public.user_progress FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger() | trigger mine on public.user_progress
            CREATE POLICY mine ON public.export_history USING (true)                 | policy mine on public.export_history
            CREATE TABLE satchel.mine (id integer)                                   | table satchel.mine depends on schema satchel
            CREATE TABLE public.seen (since timestamptz DEFAULT now(), n bigint DEFAULT nextval('satchel.batch_job_instance_seq')) | depends on sequence satchel.batch_job_instance_seq
            CREATE FUNCTION satchel.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1' | function satchel.mine() depends on schema satchel
            """)
    void stopsAtWhatOthersBuiltAndListsIt(String built, String listed) throws SQLException {
        try (var database = SampleDatabase.create();
                var owner = Session.open(database.ownerDataSource())) {
            owner.run(built);
            var before = CatalogFingerprint.of(database.superuserDataSource());

            var stop = catchThrowableOfType(
                    PSQLException.class, () -> execute(database, "SET satchel.rollback = 'destroy';\n" + ROLLBACK));

            assertThat(stop.getSQLState()).isEqualTo("2BP01");
            assertThat(stop.getServerErrorMessage().getDetail()).contains(listed);
            assertThat(stop.getServerErrorMessage().getHint()).startsWith("Nothing was changed.");
            assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
            assertThat(owner.value("SELECT count(*) > 5 FROM satchel.flyway_schema_history"))
                    .isEqualTo("t");
        }
    }

    @Test
    void aTriggerOfTheApplicationComesBackAsItStood() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated();
                var owner = Session.open(database.ownerDataSource())) {
            run(database, Cluster.resource("/db/sample/earlier-tables.sql"));
            owner.run("ALTER TABLE public.sessions DISABLE TRIGGER trigger_update_user_progress_from_session");
            owner.run(
                    "ALTER FUNCTION public.update_user_progress_from_session() SECURITY DEFINER SET work_mem = '8MB'");
            var before = CatalogFingerprint.of(database.superuserDataSource());
            Cluster.flyway(database.ownerDataSource()).migrate();

            execute(database, ROLLBACK);

            assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
        }
    }

    @Test
    void psqlRunsEveryFileInOneTransaction() throws Exception {
        var psql = Path.of("/usr/bin/psql");
        if (!Files.isExecutable(psql)) {
            // The batches above are what psql sends; where there is no psql, nothing is left to try.
            assertThat(psql).doesNotExist();
            return;
        }
        try (var database = SampleDatabase.createUnmigrated();
                var flyways = SampleDatabase.createUnmigrated()) {
            run(flyways, Cluster.resource("/db/sample/earlier-tables.sql"));
            Cluster.flyway(flyways.ownerDataSource()).migrate();
            run(database, Cluster.resource("/db/sample/earlier-tables.sql"));
            var before = CatalogFingerprint.of(database.superuserDataSource());

            for (var file : PastedFilesIT.files()) {
                psql(database, List.of(), file);
            }
            assertThat(CatalogFingerprint.of(database.superuserDataSource()))
                    .isEqualTo(CatalogFingerprint.of(flyways.superuserDataSource()));

            psql(
                    database,
                    List.of("-c", "SET LOCAL satchel.rollback = 'destroy'"),
                    "/dev/satchel/db/rollback/U001__satchel.sql");
            assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
        }
    }

    private static void psql(SampleDatabase database, List<String> first, String file) throws Exception {
        var script = Files.createTempFile("satchel", ".sql");
        try {
            Files.writeString(script, Cluster.resource(file));
            var command = new ArrayList<>(List.of("/usr/bin/psql", database.ownerUrl(), "-1", "-X", "-q"));
            command.addAll(List.of("-v", "ON_ERROR_STOP=1"));
            command.addAll(first);
            command.addAll(List.of("-f", script.toString()));
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(file + ": " + output).isZero();
        } finally {
            Files.delete(script);
        }
    }

    private static void run(SampleDatabase database, String sql) {
        Cluster.execute(database.ownerDataSource(), sql);
    }

    private static List<String> execute(SampleDatabase database, String batch) throws SQLException {
        try (var connection = database.ownerDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(batch);
            var notices = new ArrayList<String>();
            for (var warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                // Servers before 16 warn that SET LOCAL ends with the batch, which is what it is for.
                if (warning.getSQLState().equals("00000")) {
                    notices.add(warning.getMessage());
                }
            }
            return notices;
        }
    }

    /** Every row of every table in public, as text. */
    private static List<String> allRows(SampleDatabase database) throws SQLException {
        try (var session = Session.open(database.superuserDataSource())) {
            var rows = new ArrayList<String>();
            for (var table : session.rows("""
                    SELECT oid::regclass
                      FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace
                       AND relkind = 'r'
                     ORDER BY relname
                    """)) {
                // Bringing a row of progress back replaces the one that migrating made, at a time of its own.
                var columns = table.equals("user_progress") ? "(to_jsonb(t) - 'updated_at')" : "t";
                for (var row : session.rows("SELECT " + columns + "::text FROM " + table + " AS t ORDER BY 1")) {
                    rows.add(table + ": " + row);
                }
            }
            return rows;
        }
    }
}
