package dev.satchel.batchexport.bench.export;

import dev.satchel.UserId;
import dev.satchel.migrations.SampleDatabase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** The users whose data the benchmark exports. Every run makes the same ones. */
public final class BenchUsers {

    static final String INTERACTIONS = "interactions";
    static final String VOCABULARY = "vocabulary";

    private static final String ADD_USERS = """
            INSERT INTO users (id, email, username)
            SELECT md5('user ' || n)::uuid, 'learner' || n || '@example.org', 'learner' || n
              FROM generate_series(?, ? - 1) AS n
            """;

    private static final String ADD_INTERACTIVE_USER = """
            INSERT INTO users (id, email) VALUES (?, ?)
            """;

    private static final String ONE_USER = "SELECT ?::uuid AS owner";

    private static final String STUDENTS =
            "SELECT md5('user ' || student)::uuid AS owner FROM generate_series(?, ? - 1) AS student";

    private static final String ADD_SESSIONS = """
            INSERT INTO sessions (id, user_id, session_type, started_at)
            SELECT md5(owner || ' session ' || n)::uuid, owner, 'mixed', timestamptz '2024-01-01 06:00:00+00' + n * interval '1 hour'
              FROM (:owners) AS given
             CROSS JOIN generate_series(0, 999) AS n
            """;

    // A tenth has no session, a seventh no component, a third a target, a quarter metadata. Accents are everywhere, and
    // quotes and commas in some components and in the metadata.
    private static final String ADD_INTERACTIONS = """
            INSERT INTO user_interactions (id, user_id, session_id, interaction_type, component, action, target_id,
                                           page_url, referrer, user_agent, timestamp, duration_ms, metadata)
            SELECT md5(owner || ' interaction ' || n)::uuid,
                   owner,
                   CASE WHEN n % 10 <> 0 THEN md5(owner || ' session ' || n % 1000)::uuid END,
                   (ARRAY['click', 'view', 'search', 'audio'])[1 + n % 4],
                   CASE n % 7 WHEN 0 THEN NULL
                              WHEN 1 THEN 'Lista "Mis palabras", página ' || n % 90
                              ELSE (ARRAY['PhraseList', 'ImageSearch', 'QuizCard'])[1 + n % 3] END,
                   (ARRAY['open', 'save', 'answer', 'play', 'close'])[1 + n % 5],
                   CASE WHEN n % 3 = 0 THEN md5('image ' || n % 5000)::uuid END,
                   '/aprender/lección-' || 1 + n % 12 || '/palabras?q=ni%C3%B1o&page=' || n % 40,
                   CASE WHEN n % 2 = 0 THEN 'https://example.org/búsqueda?texto=montaña&orden=' || n % 9 END,
                   'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
                   timestamptz '2024-01-01 06:00:00+00' + n * interval '31.000123 seconds',
                   CASE WHEN n % 6 <> 0 THEN n::bigint * 7919 % 90000 END,
                   CASE WHEN n % 4 = 0 THEN jsonb_build_object('búsqueda', 'dijo "montaña", y "niño" 🏔️', 'resultados', n % 30)
                        ELSE '{}' END
              FROM (:owners) AS given
             CROSS JOIN generate_series(1, ?) AS n
            """;

    private static final String ADD_WORDS = """
              WITH list AS (INSERT INTO vocabulary_lists (name) VALUES ('Palabras del año') RETURNING id)
            INSERT INTO vocabulary_items (id, vocabulary_list_id, spanish_text, english_translation, part_of_speech,
                                          context_sentence_spanish, context_sentence_english, synonyms)
            SELECT md5('word ' || n)::uuid, list.id, 'año ' || n, 'year ' || n, 'noun',
                   'Dijo: "El año ' || n || ' fue, sin duda, el mejor."', 'He said: "Year ' || n || ' was the best."',
                   CASE WHEN n % 5 = 0 THEN ARRAY['añada', 'ejercicio, curso'] END
              FROM list
             CROSS JOIN generate_series(1, ?) AS n
            """;

    private static final String STUDY_WORDS = """
            INSERT INTO learning_progress (id, user_id, vocabulary_item_id, mastery_level, review_count, last_reviewed,
                                           first_learned, learning_phase, error_patterns)
            SELECT md5('studied ' || n || ' ' || word)::uuid, md5('user ' || n)::uuid, md5('word ' || word)::uuid,
                   word % 6, word % 20,
                   CASE WHEN word % 4 <> 0 THEN timestamptz '2026-10-20 07:00:00+00' + word * interval '13 minutes' END,
                   timestamptz '2026-08-20 07:00:00+00' + word * interval '17 minutes',
                   (enum_range(NULL::learning_phase))[1 + word % 4],
                   CASE WHEN word % 6 = 0 THEN '{"acentos": 2, "género": ["el", "la"]}'::jsonb ELSE '{}' END
              FROM generate_series(?, ? - 1) AS n
             CROSS JOIN generate_series(1, ?) AS word
            """;

    private final SampleDatabase database;

    public BenchUsers(SampleDatabase database) {
        this.database = database;
    }

    /** Adds a user with that many interactions. */
    public UserId addInteractive(int interactions) throws SQLException {
        UUID user = new UUID(0x7361_7463_6865_4000L, 0x8000_0000_0000_0000L | interactions);
        try (Connection connection = unchecked()) {
            run(connection, ADD_INTERACTIVE_USER, user, "interactive" + interactions + "@example.org");
            run(connection, of(ONE_USER, ADD_SESSIONS), user);
            run(connection, of(ONE_USER, ADD_INTERACTIONS), user, interactions);
        }
        return new UserId(user);
    }

    /** Adds an index to the table of interactions: its method and its columns. */
    void index(String columns) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE INDEX ON public.user_interactions USING " + columns);
        }
    }

    /** Adds the users from {@code first} up to {@code end}, each of whom has that many records of a dataset. */
    void addStudents(int first, int end, String dataset, int records) throws SQLException {
        try (Connection connection = unchecked()) {
            run(connection, ADD_USERS, first, end);
            if (dataset.equals(INTERACTIONS)) {
                run(connection, of(STUDENTS, ADD_INTERACTIONS), first, end, records);
            } else {
                // One list of words, which all of them study.
                if (first == 0) {
                    run(connection, ADD_WORDS, records);
                }
                run(connection, STUDY_WORDS, first, end, records);
            }
        }
    }

    /**
     * The first of the users that {@link #addStudents} adds, in the order of their ids. Their rows are in another order, so
     * that a user's rows are rarely in pages that the one before has just read, as with exports, which come in any order.
     */
    static List<UserId> students(int number) {
        return IntStream.range(0, number)
                .mapToObj(BenchUsers::student)
                .sorted(Comparator.comparing(UserId::toString))
                .toList();
    }

    // As md5(…)::uuid has it.
    private static UserId student(int number) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("MD5").digest(("user " + number).getBytes(StandardCharsets.US_ASCII));
            ByteBuffer bits = ByteBuffer.wrap(digest);
            return new UserId(new UUID(bits.getLong(), bits.getLong()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has MD5", impossible);
        }
    }

    /** Looks at all tables again, so that plans are the same in every round and no vacuum runs beside one. */
    void tidy() throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("VACUUM (ANALYZE)");
            statement.execute("CHECKPOINT");
        }
    }

    // Foreign keys are not checked for each row: the rows are right, and the check takes longer than the insert.
    private Connection unchecked() throws SQLException {
        Connection connection = database.superuserDataSource().getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
        }
        return connection;
    }

    private static String of(String owners, String insert) {
        return insert.replace(":owners", owners);
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
