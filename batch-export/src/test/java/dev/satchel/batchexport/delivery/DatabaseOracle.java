package dev.satchel.batchexport.delivery;

import dev.satchel.batchexport.Installation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says what a file must hold, straight from the tables: it knows the columns by the names in the file's header, reads
 * them as the tables' owner, past row security, and shares nothing with the code that exports.
 */
final class DatabaseOracle {

    private static final Pattern MOMENT =
            Pattern.compile("(\\d+)-(\\d\\d)-(\\d\\d)(?: (\\d\\d:\\d\\d:\\d\\d)(?:\\.(\\d+))?\\+00)?( BC)?");

    private static final Set<String> OF_LEARNING = Set.of(
            "mastery_level",
            "review_count",
            "correct_count",
            "incorrect_count",
            "streak_count",
            "last_reviewed",
            "next_review",
            "first_learned",
            "difficulty_adjustment",
            "learning_phase",
            "confidence_score",
            "average_response_time",
            "error_patterns",
            "learning_velocity",
            "ease_factor",
            "interval_days");

    private final Installation satchel;
    private final UUID user;

    DatabaseOracle(Installation satchel, UUID user) {
        this.satchel = satchel;
        this.user = user;
    }

    /** The records of a dataset with those columns, in no order. */
    List<List<Cell>> records(String dataset, List<String> columns) {
        List<String> selected = new ArrayList<>();
        for (String column : columns) {
            String expression = expression(dataset, column);
            selected.add("pg_typeof(" + expression + ")::text");
            // As the type itself prints, which a cast to text does not always: inet.
            selected.add("CASE WHEN " + expression + " IS NULL THEN NULL WHEN pg_typeof(" + expression
                    + ")::text LIKE '%[]' THEN to_jsonb(" + expression + ")::text ELSE format('%s', " + expression
                    + ") END");
        }
        List<List<Cell>> records = new ArrayList<>();
        satchel.rows("SELECT " + String.join(", ", selected) + from(dataset), row -> {
            try {
                List<Cell> record = new ArrayList<>();
                for (int column = 0; column < columns.size(); column++) {
                    record.add(Cell.of(row.getString(2 * column + 1), row.getString(2 * column + 2)));
                }
                records.add(record);
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
        return records;
    }

    private String from(String dataset) {
        String mine = " WHERE t.user_id = '" + user + "'";
        return switch (dataset) {
            case "profile" -> " FROM users t WHERE t.id = '" + user + "'";
            case "settings" -> " FROM user_settings t" + mine;
            case "progress" -> " FROM user_progress t" + mine;
            case "sessions" -> " FROM sessions t" + mine;
            case "descriptions" -> " FROM saved_descriptions t LEFT JOIN images i ON i.id = t.image_id" + mine;
            case "qa" -> " FROM qa_responses t" + mine;
            case "interactions" -> " FROM user_interactions t" + mine;
            case "analytics" -> " FROM learning_analytics t" + mine;
            case "exports" -> " FROM export_history t" + mine;
            case "api_keys" ->
                " FROM user_api_keys t CROSS JOIN (VALUES ('openai', 1), ('unsplash', 2), ('anthropic', 3))"
                        + " AS p (provider, n)" + mine;
            case "vocabulary" -> """
                  FROM (SELECT vocabulary_item_id AS word FROM learning_progress WHERE user_id = '%1$s'
                        UNION
                        SELECT v.id FROM vocabulary_items v JOIN vocabulary_lists o ON o.id = v.vocabulary_list_id
                         WHERE o.created_by = '%1$s') AS one
                  LEFT JOIN learning_progress lp ON lp.vocabulary_item_id = one.word AND lp.user_id = '%1$s'
                  LEFT JOIN (SELECT v.* FROM vocabulary_items v JOIN vocabulary_lists x ON x.id = v.vocabulary_list_id
                              WHERE x.is_public OR x.created_by = '%1$s') AS w ON w.id = one.word
                  FULL JOIN (SELECT * FROM vocabulary_lists WHERE created_by = '%1$s' OR is_public) AS l
                    ON l.id = w.vocabulary_list_id
                 WHERE one.word IS NOT NULL OR l.created_by = '%1$s'
                """.formatted(user);
            default -> throw new AssertionError("the oracle does not know the dataset " + dataset);
        };
    }

    private static final String IS_SET = "(CASE p.n WHEN 1 THEN t.openai_api_key WHEN 2 THEN t.unsplash_api_key"
            + " ELSE t.anthropic_api_key END IS NOT NULL)";

    private String expression(String dataset, String column) {
        if (dataset.equals("vocabulary")) {
            return ofWord(column);
        }
        if (dataset.equals("descriptions") && column.startsWith("image_") && !column.equals("image_id")) {
            return "i." + column.substring("image_".length());
        }
        if (dataset.equals("api_keys")) {
            return switch (column) {
                case "provider" -> "p.provider::text";
                case "is_set" -> IS_SET;
                case "is_active" -> "(" + IS_SET + " AND t.is_active)";
                default -> "t." + column;
            };
        }
        return "t.\"" + column + "\"";
    }

    private String ofWord(String column) {
        String own = "(l.created_by IS NOT DISTINCT FROM '" + user + "')";
        if (OF_LEARNING.contains(column)) {
            return "lp." + column;
        }
        if (column.startsWith("learning_")) {
            return "lp." + column.substring("learning_".length());
        }
        return switch (column) {
            case "vocabulary_item_id" -> "one.word";
            case "word_created_at" -> "w.created_at";
            case "is_own" -> own;
            case "list_id", "list_name" -> "l." + column.substring("list_".length());
            default ->
                column.startsWith("list_")
                        ? "CASE WHEN " + own + " THEN l." + column.substring("list_".length()) + " END"
                        : "w.\"" + column + "\"";
        };
    }

    /** The columns of the export history that do not change while the export itself is under way. */
    static List<String> lasting(String dataset, List<String> columns) {
        Set<String> lasting = Set.of("id", "export_type", "export_format", "filters", "created_at");
        return dataset.equals("exports")
                ? columns.stream().filter(lasting::contains).toList()
                : columns;
    }

    /**
     * A value as a file must show it.
     *
     * @param kind text, number, nonfinite, bool, json or missing
     */
    record Cell(String kind, String text) {

        static Cell of(String type, @Nullable String text) {
            if (text == null) {
                return new Cell("missing", "");
            }
            if (type.endsWith("[]")) {
                return new Cell("json", text);
            }
            return switch (type) {
                case "boolean" -> new Cell("bool", text.equals("t") ? "true" : "false");
                case "integer", "bigint", "numeric" ->
                    text.equals("NaN") ? new Cell("nonfinite", text) : new Cell("number", text);
                case "jsonb", "json" -> new Cell("json", text);
                case "timestamp with time zone", "date" -> moment(text);
                case "uuid" -> new Cell("id", text);
                default -> new Cell("text", text);
            };
        }

        private static Cell moment(String text) {
            if (text.endsWith("infinity")) {
                return new Cell("nonfinite", text.replace("infinity", "Infinity"));
            }
            Matcher parts = MOMENT.matcher(text);
            if (!parts.matches()) {
                throw new AssertionError("not a moment: " + text);
            }
            long year = Long.parseLong(parts.group(1));
            long astronomical = parts.group(6) == null ? year : 1 - year;
            String shown = (astronomical > 9999 ? "+" : astronomical < 0 ? "-" : "")
                    + String.format(Locale.ROOT, "%04d", Math.abs(astronomical)) + "-" + parts.group(2) + "-"
                    + parts.group(3);
            if (parts.group(4) != null) {
                String fraction = parts.group(5) == null ? "" : parts.group(5);
                shown += "T" + parts.group(4) + "." + fraction + "0".repeat(6 - fraction.length()) + "Z";
            }
            return new Cell("moment", shown);
        }
    }
}
