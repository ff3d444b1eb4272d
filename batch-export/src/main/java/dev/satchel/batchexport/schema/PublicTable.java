package dev.satchel.batchexport.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What a database holds under the name of one of the three public tables: nothing, Satchel's table, the application's
 * earlier one, or something else.
 *
 * @param differences from the nearer of the two shapes, where it has neither
 */
record PublicTable(String name, State state, List<String> differences) {

    static final List<String> NAMES = List.of("user_api_keys", "user_progress", "export_history");

    enum State {
        ABSENT,
        SATCHELS,
        EARLIER,
        OTHER
    }

    // What makes a table the same for Satchel. Its triggers and comments come again with the repeatable files; triggers
    // and rules of others would run with the rights of whoever migrates or delivers.
    private static final String FACTS = """
            SELECT 'column ' || attname,
                   concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
                             'DEFAULT ' || pg_get_expr(adbin, adrelid))
              FROM pg_attribute
              LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
             WHERE attrelid = to_regclass(?)
               AND attnum > 0
               AND NOT attisdropped
             UNION ALL
            SELECT 'constraint ' || conname, pg_get_constraintdef(oid)
              FROM pg_constraint
             WHERE conrelid = to_regclass(?)
               AND contype IN ('c', 'f', 'p', 'u', 'x')
             UNION ALL
            SELECT 'index ' || relname, pg_get_indexdef(indexrelid)
              FROM pg_index
              JOIN pg_class ON pg_class.oid = indexrelid
             WHERE indrelid = to_regclass(?)
               AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
             UNION ALL
            SELECT 'policy "' || polname || '"',
                   concat_ws(' ', polcmd, 'TO', (SELECT string_agg(coalesce(rolname, 'PUBLIC'), ', ' ORDER BY rolname)
                                                   FROM unnest(polroles) AS member
                                                   LEFT JOIN pg_roles ON pg_roles.oid = member),
                             'USING ' || pg_get_expr(polqual, polrelid),
                             'WITH CHECK ' || pg_get_expr(polwithcheck, polrelid))
              FROM pg_policy
             WHERE polrelid = to_regclass(?)
             UNION ALL
            SELECT 'trigger ' || tgname, pg_get_triggerdef(pg_trigger.oid)
              FROM pg_trigger
              JOIN pg_proc ON pg_proc.oid = tgfoid
             WHERE tgrelid = to_regclass(?)
               AND NOT tgisinternal
               AND pronamespace IS DISTINCT FROM to_regnamespace('satchel')
             UNION ALL
            SELECT 'rule ' || rulename, pg_get_ruledef(oid)
              FROM pg_rewrite
             WHERE ev_class = to_regclass(?)
               AND rulename <> '_RETURN'
             UNION ALL
            SELECT 'relation', concat_ws(' ', relkind, CASE WHEN relrowsecurity THEN 'with row security' END)
              FROM pg_class
             WHERE oid = to_regclass(?)
            """;

    // The shapes of the earlier tables have one home: the file that moves them.
    private static final String EARLIER_FILE = "V002__legacy_tables.sql";
    private static final Pattern EARLIER_TABLE = Pattern.compile("'(\\w+)', ARRAY \\[(.*?)\\]", Pattern.DOTALL);
    private static final Pattern EARLIER_COLUMN = Pattern.compile("'(\\w+) ([^'!?]+?)(?: ([!?]))?'");

    static PublicTable in(Connection connection, String name) throws SQLException {
        Map<String, String> facts = facts(connection, name);
        if (facts.isEmpty()) {
            return new PublicTable(name, State.ABSENT, List.of());
        }
        List<String> fromEarlier = differencesFromEarlier(name, facts);
        if (fromEarlier.isEmpty()) {
            return new PublicTable(name, State.EARLIER, List.of());
        }
        List<String> fromSatchels = differencesFromSatchels(connection, name, facts);
        if (fromSatchels.isEmpty()) {
            return new PublicTable(name, State.SATCHELS, List.of());
        }
        return new PublicTable(
                name, State.OTHER, fromEarlier.size() < fromSatchels.size() ? fromEarlier : fromSatchels);
    }

    /** The facts of a table, by what they are about. */
    static Map<String, String> facts(Connection connection, String name) throws SQLException {
        SchemaTransaction.begin(connection);
        try (PreparedStatement statement = connection.prepareStatement(FACTS)) {
            for (int parameter = 1; parameter <= 7; parameter++) {
                statement.setString(parameter, "public." + name);
            }
            Map<String, String> facts = new TreeMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    facts.put(rows.getString(1), rows.getString(2));
                }
            }
            return facts;
        }
    }

    private static List<String> differencesFromEarlier(String name, Map<String, String> facts) {
        List<String> differences = new ArrayList<>();
        if (!facts.getOrDefault("relation", "").startsWith("r")) {
            differences.add("it is no plain table");
        }
        Map<String, String> unknown = new TreeMap<>(facts);
        unknown.keySet().removeIf(subject -> !subject.startsWith("column "));
        String columns = EARLIER_TABLE
                .matcher(PastedFiles.read(EARLIER_FILE))
                .results()
                .filter(table -> table.group(1).equals(name))
                .map(table -> table.group(2))
                .findFirst()
                .orElseThrow();
        for (MatchResult column : EARLIER_COLUMN.matcher(columns).results().toList()) {
            String subject = "column " + column.group(1);
            String found = unknown.remove(subject);
            if (found == null) {
                differences.add(subject + " " + column.group(2) + " is missing");
                continue;
            }
            String type = found.replaceFirst(" DEFAULT .*", "").replaceFirst(" NOT NULL$", "");
            boolean notNull = found.contains(" NOT NULL");
            if (!type.equals(column.group(2))) {
                differences.add(subject + " is " + type + " and not " + column.group(2));
            } else if (notNull && column.group(3) == null) {
                differences.add(subject + " is not nullable");
            } else if (!notNull && "!".equals(column.group(3))) {
                differences.add(subject + " is nullable");
            }
        }
        unknown.forEach((subject, found) -> differences.add(subject + " " + found + " is unknown"));
        return differences;
    }

    private static List<String> differencesFromSatchels(Connection connection, String name, Map<String, String> facts) {
        List<String> differences = new ArrayList<>();
        Map<String, String> unknown = new TreeMap<>(facts);
        Map<String, String> before = listed("public-tables-before.txt", name);
        expected(name).forEach((subject, expected) -> {
            String found = unknown.remove(subject);
            if (found == null) {
                if (!PastedFiles.addLater(connection, subject.replaceFirst("^constraint ", ""))) {
                    differences.add(subject + " " + expected + " is missing");
                }
            } else if (!found.equals(expected) && !found.equals(before.get(subject))) {
                differences.add(subject + " is " + found + " and not " + expected);
            }
        });
        unknown.forEach((subject, found) -> differences.add(subject + " " + found + " is unknown"));
        return differences;
    }

    /** Satchel's table as the last file leaves it. */
    static Map<String, String> expected(String name) {
        return listed("public-tables.txt", name);
    }

    // public-tables-before.txt has what earlier files made otherwise, for a database in which only those have run.
    private static Map<String, String> listed(String list, String name) {
        try (InputStream file = PublicTable.class.getResourceAsStream(list)) {
            Map<String, String> facts = new TreeMap<>();
            new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split("\t", 3))
                    .filter(fact -> fact[0].equals(name))
                    .forEach(fact -> facts.put(fact[1], fact[2]));
            return facts;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
