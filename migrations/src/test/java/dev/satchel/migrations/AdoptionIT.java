package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** A database in which the application's own earlier script has made the three tables. */
class AdoptionIT {

    private static final List<String> TABLES = List.of("user_api_keys", "user_progress", "export_history");

    @Test
    void losesNoRowOfTheEarlierTables() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            var before = TABLES.stream()
                    .map(table -> digest(owner, "public." + table))
                    .toList();

            migrate(database);

            assertThat(TABLES.stream().map(table -> digest(owner, "satchel.adopted_" + table)))
                    .isEqualTo(before)
                    .allMatch(digest -> !digest.startsWith("0 "));
        }
    }

    @Test
    void copiesNeitherKeysNorTotals() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            migrate(database);

            assertThat(owner.value("SELECT count(*) FROM public.user_api_keys")).isEqualTo("0");
            assertThat(owner.value("""
                            SELECT count(*)
                              FROM public.user_progress
                             WHERE current_streak_days = 7 AND longest_streak_days = 0 OR average_accuracy > 100
                            """)).isEqualTo("0");
        }
    }

    @Test
    void copiesExportsAsFarAsTheyFit() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            migrate(database);

            assertThat(owner.rows("""
                            SELECT n, status, records_count, file_size_bytes, retry_count, processing_time_seconds,
                                   error_message
                              FROM public.export_history
                              JOIN generate_series(1, 11) AS n ON id = md5('earlier export ' || n)::uuid
                             ORDER BY n
                            """))
                    .containsExactly(
                            "1 | failed | 0 | NULL | 0 | NULL | adopted: an older request for the same is active",
                            "2 | pending | 0 | NULL | 0 | NULL | NULL",
                            "3 | failed | 0 | NULL | 0 | NULL | adopted: an older request for the same is active",
                            "4 | failed | 0 | NULL | 0 | NULL | adopted: an older request for the same is active",
                            "5 | failed | 3 | NULL | 0 | NULL | adopted: the application had given it the status 'cancelled'",
                            "6 | failed | 0 | 10 | 0 | NULL | adopted: the application had given it the status ''",
                            "7 | completed | 42 | 4200 | 2 | 3 | NULL",
                            "8 | failed | 0 | NULL | 5 | 1 | out of luck",
                            "9 | pending | 0 | NULL | 0 | NULL | NULL",
                            "10 | processing | 0 | NULL | 0 | NULL | NULL",
                            "11 | failed | 0 | NULL | 0 | NULL | adopted: its filters are larger than 9000 bytes or"
                                    + " have more than 10 names");
            assertThat(owner.value("SELECT count(*) FROM public.export_history WHERE data ->> 'etiqueta' = 'año'"))
                    .isEqualTo("10");
        }
    }

    @Test
    void replacesFiltersThatAreTooLargeByTheirSize() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            owner.run("""
                    INSERT INTO public.export_history (user_id, export_type, export_format, status, filters)
                    SELECT (SELECT min(id::text)::uuid FROM public.users), 'large', n::text, status,
                           CASE n WHEN 1 THEN jsonb_build_object('x', repeat('a', 9500))
                                  ELSE (SELECT jsonb_object_agg(name, 1) FROM generate_series(1, 11) AS name) END
                      FROM unnest(ARRAY ['pending', 'completed']) AS status
                     CROSS JOIN generate_series(1, 2) AS n
                    """);

            migrate(database);

            assertThat(owner.rows("""
                            SELECT status, filters, error_message
                              FROM public.export_history
                             WHERE export_type = 'large'
                             ORDER BY status, export_format
                            """))
                    .containsExactly(
                            "completed | {\"removed\": \"9509 bytes of filters\"} | NULL",
                            "completed | {\"removed\": \"90 bytes of filters\"} | NULL",
                            "failed | {\"removed\": \"9509 bytes of filters\"} | " + TOO_LARGE,
                            "failed | {\"removed\": \"90 bytes of filters\"} | " + TOO_LARGE);
        }
    }

    private static final String TOO_LARGE =
            "adopted: its filters are larger than 9000 bytes or have more than 10 names";

    @Test
    void keepsTheLocationOfAnEarlierFileInTheMovedTableOnly() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            migrate(database);

            assertThat(owner.rows("SELECT file_url FROM satchel.adopted_export_history WHERE file_url IS NOT NULL"))
                    .containsExactly("https://files.example.org/7?signature=x");
            assertThat(owner.rows("SELECT id FROM public.export_history WHERE file_url IS NOT NULL"))
                    .isEmpty();
        }
    }

    @Test
    void closesTheMovedTablesToEveryApiRole() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            migrate(database);

            for (var role : List.of("anon", "authenticated", "service_role", "satchel_runtime")) {
                for (var table : TABLES) {
                    owner.begin();
                    owner.run("GRANT " + role + " TO CURRENT_USER");
                    owner.run("SET LOCAL ROLE " + role);
                    var refusal = catchThrowableOfType(
                            PSQLException.class, () -> owner.rows("SELECT * FROM satchel.adopted_" + table));
                    owner.rollback();

                    assertThat(refusal.getSQLState()).as(role + " on " + table).isEqualTo("42501");
                }
            }
        }
    }

    @Test
    void theOldTriggerAndFunctionsAreGone() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            migrate(database);

            assertThat(owner.rows("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                            + " AND proname LIKE 'update\\_%'"))
                    .isEmpty();
            assertThat(owner.rows("""
                            SELECT tgname
                              FROM pg_trigger
                              JOIN pg_proc ON pg_proc.oid = tgfoid
                             WHERE tgrelid = 'public.sessions'::regclass
                               AND proname LIKE '%update_user_progress_from_session'
                            """)).isEmpty();
            owner.run("UPDATE public.sessions SET ended_at = now()");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_api_keys", "user_progress", "export_history"})
    void adoptsWhicheverTablesThereAre(String only) throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            for (var table : TABLES) {
                if (!table.equals(only)) {
                    owner.run("DROP TABLE public." + table);
                }
            }

            migrate(database);

            assertThat(owner.rows("SELECT relname FROM pg_class WHERE relname LIKE 'adopted\\_u%' AND relkind = 'r'"
                            + " OR relname = 'adopted_export_history'"))
                    .containsExactly("adopted_" + only);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ALTER TABLE public.user_progress DROP COLUMN last_qa_session_at             | column last_qa_session_at timestamp with time zone is missing
            ALTER TABLE public.export_history ADD COLUMN worker text                    | column worker text is unknown
            ALTER TABLE public.export_history ALTER COLUMN file_size_bytes TYPE integer | column file_size_bytes is integer and not bigint
            ALTER TABLE public.user_progress ALTER COLUMN total_points SET NOT NULL     | column total_points is not nullable
            ALTER TABLE public.user_progress RENAME COLUMN total_points TO points       | column points integer is unknown; column total_points integer is missing
            """)
    void stopsAtATableOfAnotherShapeAndListsTheDifferences(String change, String differences) throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            pastePrivateSchema(database);
            owner.run(change);
            var before = CatalogFingerprint.of(database.superuserDataSource());

            var stop = catchThrowableOfType(
                    PSQLException.class, () -> paste(database, "/dev/satchel/db/migration/V002__legacy_tables.sql"));

            assertThat(stop.getSQLState()).isEqualTo("42P07");
            assertThat(stop.getServerErrorMessage().getDetail()).isEqualTo(differences);
            assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
        }
    }

    @Test
    void stopsAtWhatOthersBuiltOnAnEarlierTable() throws SQLException {
        try (var database = earlier();
                var owner = Session.open(database.ownerDataSource())) {
            pastePrivateSchema(database);
            owner.run("CREATE VIEW public.points AS SELECT user_id, total_points FROM public.user_progress");
            owner.run("CREATE TABLE public.note (export uuid CONSTRAINT note_export REFERENCES public.export_history)");

            var stop = catchThrowableOfType(
                    PSQLException.class, () -> paste(database, "/dev/satchel/db/migration/V002__legacy_tables.sql"));

            assertThat(stop.getSQLState()).isEqualTo("2BP01");
            assertThat(stop.getServerErrorMessage().getDetail())
                    .isIn("view public.points", "foreign key note_export of public.note");
        }
    }

    private static SampleDatabase earlier() {
        var database = SampleDatabase.createUnmigratedWithLearners();
        Cluster.execute(database.ownerDataSource(), Cluster.resource("/db/sample/earlier-tables.sql"));
        Cluster.execute(database.ownerDataSource(), Cluster.resource("/db/sample/earlier-rows.sql"));
        return database;
    }

    private static void migrate(SampleDatabase database) {
        Cluster.flyway(database.ownerDataSource()).migrate();
    }

    private static void pastePrivateSchema(SampleDatabase database) throws SQLException {
        paste(database, "/dev/satchel/db/migration/V001__private_schema.sql");
    }

    private static void paste(SampleDatabase database, String file) throws SQLException {
        try (var connection = database.ownerDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(Cluster.resource(file));
        }
    }

    private static String digest(Session session, String table) {
        try {
            return session.value(
                    "SELECT count(*) || ' ' || md5(string_agg(t::text, ' ' ORDER BY t.id)) FROM " + table + " AS t");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
