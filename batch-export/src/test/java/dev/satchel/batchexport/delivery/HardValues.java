package dev.satchel.batchexport.delivery;

import dev.satchel.batchexport.Installation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Fills every column of every table of the application with the values that exports get wrong: for each type a list of
 * them, walked through with another step per column, so that each row mixes them differently.
 */
final class HardValues {

    static final int LEARNERS = 6;
    static final int ROWS = 14;

    private static final List<String> TEXTS = List.of(
            "''",
            "'comma, semicolon; \"quotes\" ''apostrophes'''",
            "E'line\\nfeed'",
            "E'carriage\\rreturn'",
            "E'both\\r\\n\\r\\n'",
            "E'tab\\tand\\\\backslash \\\\N \\\\.'",
            "'👩🏽‍🚀🇪🇸 ñandú'",
            "'שלום עולם مرحبا‏‎'",
            "'=HYPERLINK(\"http://example.org\")'",
            "'+34 600'",
            "'-1'",
            "'@SUM(A1)'",
            "E'\\t=1'",
            "E'\\r=1'",
            "' spaces '",
            "'NULL'",
            "'null'",
            "E'\\u0001\\u001F\\u007F\\u0085\\u2028\\u2029\\uFEFF'",
            "'\"'",
            "'#comment'");
    private static final List<String> LONG_TEXTS = List.of("repeat('áé😀,\"', 13000)", "repeat(E'\\r\\n', 5000)");
    private static final List<String> INTEGERS = List.of("-2147483648", "2147483647", "0", "-1", "7");
    private static final List<String> BIGINTS = List.of("9223372036854775807", "0");
    private static final List<String> BOOLEANS = List.of("true", "false");
    private static final List<String> INSTANTS = List.of(
            "'infinity'",
            "'-infinity'",
            "'294276-12-31 23:59:59.999999+00'",
            "'4713-01-01 00:00:00+00 BC'",
            "'0001-12-31 23:59:59+00 BC'",
            "'0001-01-01 00:00:00+00'",
            "'1969-12-31 23:59:59.999999+00'",
            "'1970-01-01 00:00:00+00'",
            "'2026-03-29 01:30:00.000001+05:45'",
            "'9999-12-31 23:59:59.9+00'",
            "'10000-01-01 00:00:00+00'");
    private static final List<String> TIMES = List.of("'24:00:00'", "'00:00:00'", "'23:59:59.999999'");
    private static final List<String> JSON = List.of(
            "'{}'",
            "'[]'",
            "'null'",
            "'-1'",
            "'\"=text\"'",
            "'{\"\": {\"a\": [[], {}, null, true, \"ñ😀\\u0001\\\\\\\"\"]}}'",
            "'[12345678901234567890.12345678901234567890, 1e300, -0.0, 0.10]'",
            "jsonb_build_object('long', repeat('ü', 70000))");
    private static final List<String> TEXT_ARRAYS =
            List.of("'{}'", "ARRAY[NULL, '', 'a,b', '\"', E'\\n', '{}', '😀']::text[]", "'{one}'", "'{{a,b},{c,d}}'");
    private static final List<String> UUID_ARRAYS =
            List.of("'{}'", "ARRAY[NULL, '00000000-0000-0000-0000-000000000000'::uuid]", "ARRAY[gen_random_uuid()]");
    private static final List<String> INETS = List.of("'2001:db8::/32'", "'192.0.2.1'", "'::ffff:1.2.3.4'");
    private static final List<String> UUIDS = List.of(
            "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'", "gen_random_uuid()");

    private final Installation satchel;

    private HardValues(Installation satchel) {
        this.satchel = satchel;
    }

    /** Adds the learners with all their rows, and rows that belong to nobody; returns the learners' ids. */
    static List<UUID> fill(Installation satchel) {
        return new HardValues(satchel).fill();
    }

    private List<UUID> fill() {
        List<UUID> learners = new ArrayList<>();
        for (int n = 0; n < LEARNERS; n++) {
            UUID learner = new UUID(0xe0e0_0000_0000_4000L + n, 0x8000_0000_0000_0000L + n);
            learners.add(learner);
            insert(
                    "users",
                    n,
                    Map.of(
                            "id",
                            quoted(learner),
                            "email",
                            "'learner" + n + "@example.org'",
                            "username",
                            "'l" + n + "'"));
            insert("user_settings", n, Map.of("user_id", quoted(learner)));
            satchel.sql(
                    "UPDATE user_progress SET total_points = 2147483647, average_accuracy = 99.99, last_activity_at = "
                            + INSTANTS.get(n) + " WHERE user_id = " + quoted(learner));
            satchel.sql("INSERT INTO user_api_keys (user_id, openai_api_key, is_active) VALUES (" + quoted(learner)
                    + ", " + SEALED_KEY + ", true)");
        }
        for (int n = 0; n < LEARNERS; n++) {
            String owner = quoted(learners.get(n));
            String another = quoted(learners.get((n + 1) % LEARNERS));
            for (int row = 0; row < ROWS; row++) {
                int seed = n * ROWS + row;
                String image = quoted(UUID.randomUUID());
                String session = quoted(UUID.randomUUID());
                insert(
                        "images",
                        seed,
                        Map.of(
                                "id",
                                image,
                                "unsplash_id",
                                "'u" + seed + "'",
                                "url",
                                "'https://example.org/i" + seed + "'"));
                insert("sessions", seed, Map.of("id", session, "user_id", owner));
                insert("saved_descriptions", seed, Map.of("user_id", owner, "session_id", session, "image_id", image));
                insert(
                        "qa_responses",
                        seed,
                        Map.of("user_id", owner, "session_id", session, "image_id", image, "description_id", "NULL"));
                insert(
                        "user_interactions",
                        seed,
                        Map.of("user_id", owner, "session_id", row % 2 == 0 ? session : "NULL"));
                insert(
                        "learning_analytics",
                        seed,
                        Map.of(
                                "user_id",
                                owner,
                                "period_type",
                                "'p" + row + "'",
                                "date_recorded",
                                DATES.get(row % DATES.size())));
                words(seed, row, owner, another, session);
            }
        }
        // One text is longer than a megabyte; if all long ones were, most of the time would go into hashing them.
        satchel.sql("UPDATE user_interactions SET page_url = repeat('áé😀,\"', 130000)"
                + " WHERE ctid = (SELECT min(ctid) FROM user_interactions WHERE user_id = " + quoted(learners.get(0))
                + ")");
        orphans();
        return learners;
    }

    /** A key of which no part may ever be in a file. */
    static final String SEALED_KEY =
            "'dk1.00000000-0000-4000-8000-000000000001.Q0FOQVJZLUtFWS1DQU5BUlkh" + "Q0FO".repeat(15) + "'";

    private static final List<String> DATES = List.of(
            "'infinity'",
            "'-infinity'",
            "'5874897-12-31'",
            "'4713-01-01 BC'",
            "'0001-01-01'",
            "'2024-02-29'",
            "'9999-12-31'");

    // Own words that are studied or not, studied words of public and of others' private lists, and an empty list.
    private void words(int seed, int row, String owner, String another, String session) {
        String list = quoted(UUID.randomUUID());
        String word = quoted(UUID.randomUUID());
        boolean own = row % 3 != 1;
        insert(
                "vocabulary_lists",
                seed,
                Map.of(
                        "id",
                        list,
                        "created_by",
                        own ? owner : another,
                        "is_public",
                        row % 3 == 1 && row % 2 == 0 ? "true" : "false",
                        "shared_with",
                        "NULL",
                        "name",
                        "'list " + seed + "'"));
        if (row == 12) {
            return;
        }
        insert("vocabulary_items", seed, Map.of("id", word, "vocabulary_list_id", list));
        if (row % 3 != 2) {
            insert(
                    "learning_progress",
                    seed,
                    Map.of("user_id", owner, "vocabulary_item_id", word, "session_id", session));
        }
    }

    private void orphans() {
        for (String table : List.of("sessions", "saved_descriptions", "qa_responses", "user_interactions")) {
            Map<String, String> nobodys = new LinkedHashMap<>();
            nobodys.put("user_id", "NULL");
            nobodys.put("session_id", "NULL");
            nobodys.put("image_id", "NULL");
            nobodys.put("description_id", "NULL");
            nobodys.put("user_agent", "'nobody'");
            nobodys.put("personal_notes", "'nobody'");
            nobodys.put("question", "'nobody'");
            insert(table, 1, nobodys);
        }
    }

    private void insert(String table, int seed, Map<String, String> given) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        satchel.rows("""
                SELECT attname, format_type(atttypid, atttypmod), attnotnull, atttypid::regtype::text,
                       EXISTS (SELECT 1 FROM pg_enum WHERE enumtypid = atttypid), attnum
                  FROM pg_attribute
                 WHERE attrelid = 'public.%s'::regclass AND attnum > 0 AND NOT attisdropped
                 ORDER BY attnum
                """.formatted(table), row -> {
            try {
                String name = row.getString(1);
                String fixed = given.get(name);
                if (fixed == null && name.equals("id")) {
                    return;
                }
                int step = seed * 7 + row.getInt(6) * 3;
                names.add('"' + name + '"');
                values.add(
                        fixed != null
                                ? fixed
                                : value(
                                        row.getString(2),
                                        row.getString(4),
                                        row.getBoolean(5),
                                        !row.getBoolean(3),
                                        step));
            } catch (java.sql.SQLException failed) {
                throw new AssertionError(failed);
            }
        });
        satchel.sql("INSERT INTO public." + table + " (" + String.join(", ", names) + ") VALUES ("
                + String.join(", ", values) + ")");
    }

    private static String value(String type, String base, boolean enumerated, boolean nullable, int step) {
        if (nullable && step % 9 == 0) {
            return "NULL";
        }
        if (enumerated) {
            return "(SELECT enumlabel::" + base + " FROM pg_enum WHERE enumtypid = '" + base
                    + "'::regtype ORDER BY enumsortorder OFFSET " + step
                    + " % (SELECT count(*) FROM pg_enum WHERE enumtypid = '" + base + "'::regtype) LIMIT 1)";
        }
        return switch (base) {
            case "text" -> step % 11 == 0 ? pick(LONG_TEXTS, step) : pick(TEXTS, step);
            case "character varying" -> "left(" + pick(TEXTS, step) + ", " + type.replaceAll("\\D", "") + ")";
            case "integer" -> pick(INTEGERS, step);
            case "bigint" -> pick(BIGINTS, step);
            case "boolean" -> pick(BOOLEANS, step);
            case "numeric" -> pick(numerics(type), step);
            case "timestamp with time zone" -> pick(INSTANTS, step);
            case "date" -> pick(DATES, step);
            case "time without time zone" -> pick(TIMES, step);
            case "jsonb", "json" -> pick(JSON, step);
            case "text[]" -> pick(TEXT_ARRAYS, step);
            case "uuid[]" -> pick(UUID_ARRAYS, step);
            case "inet" -> pick(INETS, step);
            case "uuid" -> pick(UUIDS, step);
            default -> throw new AssertionError("no hard values for the type " + type);
        };
    }

    private static List<String> numerics(String type) {
        String[] sizes = type.replaceAll("[^0-9,]", "").split(",");
        int precision = Integer.parseInt(sizes[0]);
        int scale = Integer.parseInt(sizes[1]);
        String most = "9".repeat(precision - scale) + "." + "9".repeat(scale);
        return List.of("'NaN'", most, "-" + most, "0", "0.1", "-0.01");
    }

    private static String pick(List<String> values, int step) {
        return values.get(Math.floorMod(step, values.size()));
    }

    private static String quoted(UUID id) {
        return "'" + id + "'";
    }
}
