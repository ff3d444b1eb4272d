package dev.satchel.batchexport.schema.check;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tables of the application that progress follows where they are there with the columns that it reads.
 *
 * <p>{@code satchel.follows()} decides the same in the database, and only there once it is migrated; a test holds the two
 * together. This one can say before a migration too, and why.
 */
public final class FollowedTables {

    private static final String ANY_TYPE = "";

    private static final List<Followed> FOLLOWED = List.of(
            new Followed(
                    "sessions",
                    "sessions",
                    Map.of(
                            "id", "uuid",
                            "user_id", "uuid",
                            "started_at", "timestamp with time zone",
                            "ended_at", "timestamp with time zone",
                            "images_processed", "integer",
                            "descriptions_generated", "integer",
                            "qa_attempts", "integer",
                            "qa_correct", "integer",
                            "vocabulary_learned", "integer")),
            new Followed(
                    "words", "learning_progress", Map.of("id", "uuid", "user_id", "uuid", "learning_phase", ANY_TYPE)));

    // Not by to_regclass, which is an error to a login without rights on the schema.
    private static final String COLUMNS = """
            SELECT attribute.attname, format_type(attribute.atttypid, NULL)
              FROM pg_class AS class
              JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
              LEFT JOIN pg_attribute AS attribute
                ON attribute.attrelid = class.oid
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
             WHERE (namespace.nspname, class.relname) = ('public', ?)
               AND class.relkind IN ('r', 'p')
            """;

    private record Followed(String what, String table, Map<String, String> columns) {}

    private FollowedTables() {}

    public static List<Check> check(Connection connection) throws SQLException {
        List<Check> checks = new ArrayList<>();
        for (Followed followed : FOLLOWED) {
            List<String> obstacles = obstacles(connection, followed);
            String subject = "progress of " + followed.what();
            checks.add(
                    obstacles.isEmpty()
                            ? Check.ok(subject, "follows public." + followed.table())
                            : Check.notice(
                                    subject,
                                    "progress does not follow " + followed.what() + ": "
                                            + String.join("; ", obstacles)
                                            + "; when this has changed, run: satchel migrate"));
        }
        return checks;
    }

    /** The names of those that progress follows. */
    public static Set<String> followed(Connection connection) throws SQLException {
        return names(connection, true);
    }

    /** The names of those that are missing, or that are another application's. */
    static Set<String> leftOut(Connection connection) throws SQLException {
        return names(connection, false);
    }

    private static Set<String> names(Connection connection, boolean isFollowed) throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        for (Followed followed : FOLLOWED) {
            if (obstacles(connection, followed).isEmpty() == isFollowed) {
                names.add("public." + followed.table());
            }
        }
        return names;
    }

    private static List<String> obstacles(Connection connection, Followed followed) throws SQLException {
        Map<String, String> found = new TreeMap<>();
        boolean exists = false;
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, followed.table());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    exists = true;
                    if (row.getString(1) != null) {
                        found.put(row.getString(1), row.getString(2));
                    }
                }
            }
        }
        String table = "public." + followed.table();
        if (!exists) {
            return List.of("there is no table " + table);
        }
        List<String> obstacles = new ArrayList<>();
        new TreeMap<>(followed.columns()).forEach((column, type) -> {
            String other = found.get(column);
            if (other == null) {
                obstacles.add(
                        "%s lacks column %s %s".formatted(table, column, type).strip());
            } else if (!type.equals(ANY_TYPE) && !other.equals(type)) {
                obstacles.add("%s has column %s as %s and not %s%s"
                        .formatted(
                                table,
                                column,
                                other,
                                type,
                                column.equals("user_id") ? ", which is fixed by the specification: uuid" : ""));
            }
        });
        return obstacles;
    }
}
