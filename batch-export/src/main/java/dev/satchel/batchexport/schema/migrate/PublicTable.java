package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.FactKind;
import dev.satchel.batchexport.schema.catalog.SchemaContract;
import dev.satchel.batchexport.schema.catalog.SchemaSteps;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a database holds under the name of one of the three public tables: nothing, Satchel's table, the application's
 * legacy one, or something else.
 *
 * @param differences from the nearer of the two shapes, where it has neither
 */
record PublicTable(String name, State state, List<String> differences) {

    static final List<String> NAMES = List.of("user_api_keys", "user_progress", "export_history");

    enum State {
        ABSENT,
        SATCHELS,
        LEGACY,
        OTHER
    }

    // The file that moves legacy tables holds their shapes too, because it must also run when pasted; a test holds the
    // two
    // together. Per column its type; then ! for NOT NULL and ? for either; the rest is nullable.
    private static final String LEGACY_SHAPES = "legacy-tables.txt";

    private static final String CALLS_SATCHEL = " EXECUTE FUNCTION satchel.";

    private static final String POSITION = "^position \\d+, ";

    String quoted() {
        return "public." + name;
    }

    /** @param live the facts of the database */
    static PublicTable in(String name, Map<String, String> live, SchemaContract contract, SchemaSteps steps) {
        String table = "public." + name;
        Map<String, String> facts = of(table, live);
        if (facts.isEmpty()) {
            return new PublicTable(name, State.ABSENT, List.of());
        }
        List<String> fromLegacy = differencesFromLegacy(name, facts);
        if (fromLegacy.isEmpty()) {
            return new PublicTable(name, State.LEGACY, List.of());
        }
        List<String> fromSatchels = differencesFromSatchels(table, facts, of(table, contract.facts()), steps);
        if (fromSatchels.isEmpty()) {
            return new PublicTable(name, State.SATCHELS, List.of());
        }
        return new PublicTable(name, State.OTHER, fromLegacy.size() < fromSatchels.size() ? fromLegacy : fromSatchels);
    }

    // What makes a table the same for Satchel. Its own triggers come again with the repeatable files; triggers and
    // rules of
    // others would run with the rights of the login that migrates or delivers.
    private static Map<String, String> of(String table, Map<String, String> facts) {
        Map<String, String> own = new TreeMap<>();
        facts.forEach((subject, fact) -> {
            boolean isOwn = switch (FactKind.of(subject)) {
                case TABLE, COLUMN, DEFAULT, CONSTRAINT, ROW_SECURITY, POLICY, RULE ->
                    SchemaSteps.tableOf(subject).equals(table);
                case TRIGGER ->
                    subject.startsWith("trigger ")
                            && SchemaSteps.tableOf(subject).equals(table);
                case INDEX -> fact.contains(" ON " + table + " ");
                default -> false;
            };
            if (isOwn) {
                own.put(subject, fact.replaceFirst(POSITION, ""));
            }
        });
        return own;
    }

    private static List<String> differencesFromSatchels(
            String table, Map<String, String> facts, Map<String, String> contract, SchemaSteps steps) {
        List<String> differences = new ArrayList<>();
        Map<String, String> unknown = new TreeMap<>(facts);
        contract.forEach((subject, expected) -> {
            String found = unknown.remove(subject);
            boolean isSame = FactKind.of(subject) == FactKind.TRIGGER
                    ? found == null || found.contains(CALLS_SATCHEL)
                    : expected.equals(found) || steps.comesLater(subject, table);
            if (!isSame) {
                differences.add(
                        found == null
                                ? subject + " " + expected + " is missing"
                                : subject + " is " + found + " and not " + expected);
            }
        });
        unknown.forEach((subject, found) -> differences.add(subject + " " + found + " is unknown"));
        return differences;
    }

    private static List<String> differencesFromLegacy(String name, Map<String, String> facts) {
        List<String> differences = new ArrayList<>();
        if (!"ordinary".equals(facts.get("table public." + name))) {
            differences.add("it is not an ordinary table");
        }
        Map<String, String> unknown = new TreeMap<>(facts);
        unknown.keySet().removeIf(subject -> FactKind.of(subject) != FactKind.COLUMN);
        legacyColumns(name).forEach((column, shape) -> {
            String found = unknown.remove("column public." + name + "." + column);
            String type = shape.replaceFirst(" [!?]$", "");
            if (found == null) {
                differences.add("column " + column + " " + type + " is missing");
            } else if (!found.equals(type + ", nullable") && !found.equals(type + ", not null")) {
                differences.add("column " + column + " is " + found + " and not " + type);
            } else if (found.endsWith(", not null") && shape.equals(type)) {
                differences.add("column " + column + " is not nullable");
            } else if (found.endsWith(", nullable") && shape.endsWith("!")) {
                differences.add("column " + column + " is nullable");
            }
        });
        unknown.forEach((subject, found) -> differences.add(subject + " " + found + " is unknown"));
        return differences;
    }

    /** The columns of a legacy table, with their types and marks. */
    static Map<String, String> legacyColumns(String table) {
        try (InputStream file = PublicTable.class.getResourceAsStream(LEGACY_SHAPES)) {
            Map<String, String> columns = new TreeMap<>();
            new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(" ", 3))
                    .filter(column -> column[0].equals(table))
                    .forEach(column -> columns.put(column[1], column[2]));
            return columns;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
