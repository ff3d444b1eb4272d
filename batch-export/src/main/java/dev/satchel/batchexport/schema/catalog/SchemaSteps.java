package dev.satchel.batchexport.schema.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which versioned file makes or changes what of the contract, kept in {@code SchemaSteps.txt}.
 *
 * <p>Like the contract, it is written from the migrations and never by hand; the same test compares the two.
 */
public final class SchemaSteps {

    static final String FILE = "SchemaSteps.txt";

    private static final String SEPARATOR = ": ";

    private final Map<String, List<String>> subjects = new LinkedHashMap<>();
    private final Map<String, String> makers = new HashMap<>();
    private final Set<String> changed = new HashSet<>();

    private SchemaSteps() {}

    public static SchemaSteps load() {
        SchemaSteps steps = new SchemaSteps();
        SchemaFacts.resource(FILE).lines().forEach(line -> {
            int end = line.indexOf(SEPARATOR);
            steps.add(line.substring(0, end), line.substring(end + SEPARATOR.length()));
        });
        return steps;
    }

    private void add(String script, String subject) {
        subjects.computeIfAbsent(script, first -> new ArrayList<>()).add(subject);
        if (makers.putIfAbsent(subject, script) != null) {
            changed.add(subject);
        }
    }

    /** The tables that a file makes, and the columns and constraints that it adds to tables of earlier files. */
    public List<String> traces(String script) {
        return subjects.getOrDefault(script, List.of()).stream()
                .filter(subject -> script.equals(makers.get(subject)))
                .filter(subject -> switch (FactKind.of(subject)) {
                    case TABLE -> true;
                    case COLUMN, CONSTRAINT -> !script.equals(makers.get("table " + tableOf(subject)));
                    default -> false;
                })
                .toList();
    }

    /** Whether a database in which only the first files have run may lack it, or have it otherwise, on its table. */
    public boolean comesLater(String subject, String table) {
        String maker = makers.get(subject);
        return changed.contains(subject) || (maker != null && !maker.equals(makers.get("table " + table)));
    }

    /** The table that a table, a column, a default, a constraint, a policy, a rule, a trigger or row security is of. */
    public static String tableOf(String subject) {
        return FactKind.of(subject).partsOf(subject).group("object");
    }
}
