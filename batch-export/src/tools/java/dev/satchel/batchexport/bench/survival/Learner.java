package dev.satchel.batchexport.bench.survival;

import dev.satchel.judge.Content;
import dev.satchel.migrations.SampleDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A user whose records each carry a mark, by which they are found in a file of any format. */
record Learner(UUID id, Content content) {

    private static final String FILL = """
            INSERT INTO users (id, email)
            SELECT gen_random_uuid(), n || '@example.org'
              FROM generate_series(1, %d) AS n;
            INSERT INTO user_interactions (user_id, interaction_type, action, page_url, user_agent)
            SELECT users.id, 'click', 'read', '/u' || split_part(email, '@', 1) || '/r' || r || '.', 'a browser, "quoted"'
              FROM users, generate_series(1, %d) AS r;
            ANALYZE users, user_interactions;
            """;

    private static final Pattern MARK = Pattern.compile("/u\\d+/r\\d+\\.");

    /** Adds users with that many records each. */
    static List<Learner> add(SampleDatabase database, int users, int records) throws SQLException {
        List<Learner> learners = new ArrayList<>();
        try (Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute(FILL.formatted(users, records));
            try (ResultSet row = statement.executeQuery(
                    "SELECT id, split_part(email, '@', 1) AS number FROM users ORDER BY random()")) {
                while (row.next()) {
                    String number = row.getString("number");
                    learners.add(new Learner(
                            row.getObject("id", UUID.class),
                            Content.of(IntStream.rangeClosed(1, records)
                                    .mapToObj(record -> "/u" + number + "/r" + record + ".")
                                    .toList())));
                }
            }
        }
        return learners;
    }

    /** Which records a file holds. */
    static Content read(byte[] file) {
        return Content.of(MARK.matcher(new String(file, StandardCharsets.UTF_8))
                .results()
                .map(MatchResult::group)
                .toList());
    }
}
