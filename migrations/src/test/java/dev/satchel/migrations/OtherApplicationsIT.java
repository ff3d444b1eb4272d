package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table of users is all that Satchel needs; progress follows the tables that are there. */
class OtherApplicationsIT {

    private static final String USERS = "CREATE TABLE public.users (id uuid PRIMARY KEY)";
    private static final String AUTH_USERS = "CREATE TABLE auth.users (id uuid PRIMARY KEY)";
    private static final String SESSIONS = """
            CREATE TABLE public.sessions (
                id uuid PRIMARY KEY, user_id uuid REFERENCES public.users ON DELETE CASCADE, started_at timestamptz,
                ended_at timestamptz, images_processed integer, descriptions_generated integer, qa_attempts integer,
                qa_correct integer, vocabulary_learned integer)
            """;
    private static final String WORDS = """
            CREATE TABLE public.learning_progress (
                id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES public.users ON DELETE CASCADE, learning_phase text)
            """;
    private static final String END = """
            INSERT INTO public.sessions (id, user_id, started_at, ended_at, qa_attempts, qa_correct)
            VALUES (gen_random_uuid(), ?, now() - interval '10 minutes', now(), 4, 3)
            """;
    private static final String LEARN =
            "INSERT INTO public.learning_progress VALUES (gen_random_uuid(), ?, 'mastered')";
    // Whatever the session finds without a schema.
    private static final String USERS_TABLE = """
            SELECT format('%I.%I', nspname, relname)
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE pg_class.oid = satchel.users_table()
            """;
    private static final String TRIGGERS_FILE = "/dev/satchel/db/migration/R__progress_triggers.sql";

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private Session owner;

    private final UUID user = UUID.randomUUID();

    @BeforeEach
    void createDatabase() throws SQLException {
        database = SampleDatabase.createEmpty();
        owner = Session.open(database.ownerDataSource());
        Cluster.execute(database.ownerDataSource(), Cluster.resource("/dev/satchel/db/platform/V000__platform.sql"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"public.users", "auth.users"})
    void servesATableOfUsersAlone(String users) throws SQLException {
        owner.run(users.equals("public.users") ? USERS : AUTH_USERS);
        owner.run("INSERT INTO " + users + " VALUES (?)", user);
        migrate();
        var later = UUID.randomUUID();

        owner.run("INSERT INTO " + users + " VALUES (?)", later);
        owner.run(
                "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')",
                user);
        backfill();

        assertThat(owner.value(USERS_TABLE)).isEqualTo(users);
        assertThat(owner.rows("SELECT user_id, total_sessions FROM public.user_progress ORDER BY created_at"))
                .containsExactly(user + " | 0", later + " | 0");
        assertThat(owner.rows("SELECT satchel.user_ids()")).containsExactlyInAnyOrder("" + user, "" + later);
        assertNoDrift(user, later);
        owner.rows("SELECT satchel.repair_progress(ARRAY [?]::uuid[])", user);
        assertThat(owner.value("SELECT satchel.end_broken_streaks(10)")).isEqualTo("0");

        owner.run("DELETE FROM " + users);

        for (var table : List.of("public.user_progress", "public.export_history", "satchel.progress_total")) {
            assertThat(owner.value("SELECT count(*) FROM " + table)).isEqualTo("0");
        }
        assertThat(owner.value("SELECT satchel.forget_departed()")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"public.users", "auth.users"})
    void rollsBackAndMigratesAgain(String users) throws SQLException {
        owner.run(users.equals("public.users") ? USERS : AUTH_USERS);
        var before = CatalogFingerprint.of(database.superuserDataSource());
        migrate();

        Cluster.execute(database.ownerDataSource(), Cluster.resource("/dev/satchel/db/rollback/U001__satchel.sql"));
        // Or the catalog says for a while that the table may have triggers.
        owner.run("VACUUM " + users);

        assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
        migrate();
        assertThat(owner.value(USERS_TABLE)).isEqualTo(users);
    }

    @Test
    void prefersPublicUsersWhereBothAreThere() throws SQLException {
        owner.run(USERS);
        owner.run(AUTH_USERS);

        migrate();

        assertThat(owner.value(USERS_TABLE)).isEqualTo("public.users");
    }

    @Test
    void takesTheTableThatTheSettingNames() throws SQLException {
        owner.run(USERS);
        owner.run("CREATE SCHEMA shop");
        owner.run("CREATE TABLE shop.\"Customer\" (id uuid PRIMARY KEY)");
        owner.run("INSERT INTO shop.\"Customer\" VALUES (?)", user);
        // As a session's own setting would be, for files that are pasted in it.
        nameUsersTable("shop.\"Customer\"");

        migrate();

        assertThat(owner.value(USERS_TABLE)).isEqualTo("shop.\"Customer\"");
        assertThat(owner.rows("SELECT user_id FROM public.user_progress")).containsExactly("" + user);
        // Decided once: a later setting changes nothing.
        owner.run("SET satchel.users_table = 'public.users'");
        assertThat(owner.value(USERS_TABLE)).isEqualTo("shop.\"Customer\"");
    }

    @Test
    void saysWhichTableOfUsersIsMissing() throws SQLException {
        assertThatThrownBy(this::migrate)
                .hasMessageContaining("the table of users is missing: there is no public.users and no auth.users");
        nameUsersTable("shop.customer");
        assertThatThrownBy(this::migrate)
                .hasMessageContaining("the table of users is missing: there is no shop.customer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id bigint PRIMARY KEY", "id text PRIMARY KEY", "user_id uuid PRIMARY KEY"})
    void saysThatUsersAreKnownByAUuid(String key) throws SQLException {
        owner.run("CREATE TABLE public.users (" + key + ")");

        assertThatThrownBy(this::migrate)
                .hasMessageContaining("the table of users, public.users, has no column id of type uuid");
    }

    @Test
    void followsSessionsWhereThereAreNoWords() throws SQLException {
        owner.run(USERS);
        owner.run(SESSIONS);
        migrate();
        owner.run("INSERT INTO public.users VALUES (?)", user);

        owner.run(END, user);

        assertProgress("1 | 4 | 0");
    }

    @Test
    void followsWordsWhereThereAreNoSessions() throws SQLException {
        owner.run(USERS);
        owner.run(WORDS);
        migrate();
        owner.run("INSERT INTO public.users VALUES (?)", user);

        owner.run(LEARN, user);

        assertProgress("0 | 0 | 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE public.sessions (sid text PRIMARY KEY, data jsonb)",
                "CREATE TABLE public.sessions (id bigint, user_id uuid, started_at timestamptz, ended_at timestamptz,"
                        + " images_processed integer, descriptions_generated integer, qa_attempts integer,"
                        + " qa_correct integer, vocabulary_learned integer)",
                "CREATE VIEW public.sessions AS SELECT id, id AS user_id FROM public.users"
            })
    void leavesATableOfAnotherKindAlone(String sessions) throws SQLException {
        owner.run(USERS);
        owner.run(sessions);
        owner.run("CREATE TABLE public.learning_progress (user_id uuid, course text)");
        owner.run("INSERT INTO public.users VALUES (?)", user);

        migrate();
        backfill();

        assertThat(owner.rows("SELECT tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
                        + " AND tgrelid IN ('public.sessions'::regclass, 'public.learning_progress'::regclass)"))
                .isEmpty();
        assertProgress("0 | 0 | 0");
    }

    @Test
    void countsWhatWasThereBeforeATableGotItsTriggers() throws SQLException {
        owner.run(USERS);
        owner.run("INSERT INTO public.users VALUES (?)", user);
        migrate();
        backfill();
        owner.run(SESSIONS);
        owner.run(WORDS);
        owner.run(END, user);
        owner.run(LEARN, user);

        Cluster.execute(database.ownerDataSource(), Cluster.resource(TRIGGERS_FILE));

        assertThat(owner.value("SELECT count(*) FROM satchel.progress_total")).isEqualTo("0");
        backfill();
        assertProgress("1 | 4 | 1");
        owner.run(END, user);
        owner.run(LEARN, user);
        assertProgress("2 | 8 | 2");
    }

    @Test
    void countsASessionOnceThatEndsBetweenTheTriggersAndTheBackfill() throws SQLException {
        owner.run(USERS);
        owner.run("INSERT INTO public.users VALUES (?)", user);
        migrate();
        backfill();
        owner.run(SESSIONS);
        owner.run(END, user);

        Cluster.execute(database.ownerDataSource(), Cluster.resource(TRIGGERS_FILE));
        owner.run(END, user);

        assertProgress("2 | 8 | 0");
        backfill();
        assertProgress("2 | 8 | 0");
    }

    @Test
    void runningTheFileAgainMakesNobodyWait() throws SQLException {
        owner.run(USERS);
        owner.run(SESSIONS);
        owner.run(WORDS);
        owner.run("INSERT INTO public.users VALUES (?)", user);
        migrate();
        backfill();
        owner.run(END, user);

        Cluster.execute(database.ownerDataSource(), Cluster.resource(TRIGGERS_FILE));

        assertThat(owner.value("SELECT sessions FROM satchel.progress_total")).isEqualTo("1");
    }

    @Test
    void keepsTotalsWhereSessionsAreDropped() throws SQLException {
        owner.run(USERS);
        owner.run(SESSIONS);
        owner.run("INSERT INTO public.users VALUES (?)", user);
        migrate();
        backfill();
        owner.run(END, user);

        owner.run("DROP TABLE public.sessions");

        owner.rows("SELECT satchel.repair_progress(ARRAY [?]::uuid[])", user);
        assertProgress("1 | 4 | 0");
    }

    private void nameUsersTable(String table) {
        Cluster.execute(
                database.superuserDataSource(),
                "ALTER DATABASE " + database.name() + " SET satchel.users_table = '" + table + "'");
    }

    private void migrate() {
        Cluster.flyway(database.ownerDataSource()).migrate();
    }

    private void backfill() throws SQLException {
        owner.rows("SELECT satchel.backfill_progress(NULL, 100)");
    }

    private void assertProgress(String expected) throws SQLException {
        assertThat(owner.rows(
                        "SELECT total_sessions, total_questions_answered, mastered_words_count"
                                + " FROM public.user_progress WHERE user_id = ?",
                        user))
                .containsExactly(expected);
        assertNoDrift(user);
    }

    private void assertNoDrift(UUID... users) throws SQLException {
        for (var one : users) {
            assertThat(owner.rows("SELECT * FROM satchel.progress_drift(ARRAY [?]::uuid[])", one))
                    .isEmpty();
        }
    }
}
