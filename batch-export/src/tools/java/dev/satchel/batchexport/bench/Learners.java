package dev.satchel.batchexport.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Users and their sessions, the same in every database that they are added to. Ids are scattered, as random ones are. */
final class Learners {

    /** How many sessions each user has ended, six a week and one a day. */
    static final int PAST_SESSIONS = 50;

    /** How many words each user studies. */
    static final int WORDS = 20;

    private static final String ADD_USERS = """
            INSERT INTO users (id, email, username)
            SELECT md5('user ' || n)::uuid, 'learner' || n || '@example.org', 'learner' || n
              FROM generate_series(0, ? - 1) AS n
            """;

    private static final String ADD_LIST = """
              WITH list AS (INSERT INTO vocabulary_lists (name) VALUES ('Palabras') RETURNING id)
            INSERT INTO vocabulary_items (vocabulary_list_id, spanish_text, english_translation)
            SELECT list.id, 'palabra ' || n, 'word ' || n
              FROM list
             CROSS JOIN generate_series(1, ?) AS n
            """;

    private static final String ADD_WORDS = """
            INSERT INTO learning_progress (user_id, vocabulary_item_id, learning_phase)
            SELECT users.id, item.id, (ARRAY['new', 'learning', 'review', 'mastered']::learning_phase[])
                                      [1 + length(item.spanish_text) % 4]
              FROM users
             CROSS JOIN vocabulary_items AS item
            """;

    private static final String ADD_ENDED = """
            INSERT INTO sessions (id, user_id, session_type, started_at, ended_at, images_processed,
                                  descriptions_generated, qa_attempts, qa_correct, vocabulary_learned, user_agent,
                                  device_type)
            SELECT md5('past ' || n)::uuid, md5('user ' || n % users)::uuid, 'mixed', began,
                   began + (5 + n % 40) * interval '1 minute', n % 4, n % 5, n % 20, n % 11, n % 6,
                   'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'desktop'
              FROM (SELECT ?::integer AS users) AS given
             CROSS JOIN generate_series(0, ? - 1) AS n
             CROSS JOIN LATERAL (SELECT n / users AS day) AS earlier
             CROSS JOIN LATERAL (SELECT now() - (1 + day + day / 6) * interval '1 day' AS began) AS start
            """;

    private static final String ADD_OPEN = """
            INSERT INTO sessions (id, user_id, session_type, started_at, user_agent, device_type)
            SELECT md5('open ' || n)::uuid, md5('user ' || n % ?)::uuid, 'mixed', now() - interval '25 minutes',
                   'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'desktop'
              FROM generate_series(0, ? - 1) AS n
            """;

    private final int users;

    Learners(int users) {
        this.users = users;
    }

    void add(Connection owner) throws SQLException {
        run(owner, ADD_USERS, users);
    }

    void addWords(Connection owner) throws SQLException {
        run(owner, ADD_LIST, WORDS);
        run(owner, ADD_WORDS);
    }

    void addEnded(Connection owner, int sessions) throws SQLException {
        run(owner, ADD_ENDED, users, sessions);
    }

    void addOpen(Connection owner, int sessions) throws SQLException {
        run(owner, ADD_OPEN, users, sessions);
    }

    /** The sessions that have not ended, in an order that says nothing of their users. */
    static List<UUID> open(Connection owner) throws SQLException {
        List<UUID> open = new ArrayList<>();
        try (PreparedStatement statement =
                        owner.prepareStatement("SELECT id FROM sessions WHERE ended_at IS NULL ORDER BY id");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                open.add(rows.getObject(1, UUID.class));
            }
        }
        return open;
    }

    /** Removes what statements left behind and looks again at what there is, so that nothing does while measuring. */
    static void tidy(Connection owner) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT oid::regclass
                          FROM pg_class
                         WHERE relkind = 'r'
                           AND relnamespace IN (to_regnamespace('public'), to_regnamespace('satchel'))
                        """)) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
            statement.execute("VACUUM (ANALYZE) " + String.join(", ", tables));
        }
    }

    static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void run(Connection owner, String sql, int... values) throws SQLException {
        try (PreparedStatement statement = owner.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setInt(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
