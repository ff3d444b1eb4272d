package dev.satchel.batchexport.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the schema must be: the facts of a freshly migrated database, kept in {@code SchemaContract.txt}.
 *
 * <p>The file is written from the migrations and never by hand; a test compares the two.
 */
final class SchemaContract {

    static final String FILE = "SchemaContract.txt";

    /** How the subject of a migration file's fact begins. */
    static final String MIGRATION = "migration ";

    private static final String SEPARATOR = ": ";

    // What an adoption or an archiving rollback keeps, which differs from database to database.
    private static final String KEPT = "kept ";
    private static final String CLOSED = "closed to the API roles";

    // Servers before 15 do not know the option: there the view has its owner's rights, and its WHERE is the wall.
    private static final String SECURITY_INVOKER = "security_invoker of view ";
    private static final int SECURITY_INVOKER_SINCE = 150000;

    private final Map<String, String> facts;

    private SchemaContract(Map<String, String> facts) {
        this.facts = facts;
    }

    static SchemaContract load() {
        return parse(SchemaFacts.resource(FILE));
    }

    static SchemaContract parse(String text) {
        Map<String, String> facts = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int end = line.indexOf(SEPARATOR);
            if (end < 0 || facts.put(line.substring(0, end), line.substring(end + SEPARATOR.length())) != null) {
                throw new IllegalStateException("not a fact, or the second of its subject: " + line);
            }
        });
        return new SchemaContract(facts);
    }

    /** The text of the file for a schema that is as it should be. */
    static String write(SchemaFacts facts) {
        StringBuilder text = new StringBuilder();
        facts.bySubject()
                .forEach((subject, fact) ->
                        text.append(subject).append(SEPARATOR).append(fact).append('\n'));
        return text.toString();
    }

    /** The versions of the migrations, repeatable ones left out. */
    List<String> migrations() {
        return facts.keySet().stream()
                .filter(subject -> subject.startsWith(MIGRATION + "V"))
                .map(subject -> subject.substring((MIGRATION + "V").length(), subject.indexOf("__")))
                .toList();
    }

    boolean has(String subject) {
        return facts.containsKey(subject);
    }

    boolean hasConstraint(String name) {
        return facts.keySet().stream().anyMatch(subject -> subject.startsWith("constraint " + name + " on "));
    }

    /** What it says about a subject that it has. */
    String fact(String subject) {
        return Objects.requireNonNull(facts.get(subject), subject);
    }

    /** Compares in both directions: what is missing or different, and what nobody asked for. */
    List<Check> compare(SchemaFacts live, int serverVersion) {
        List<Check> checks = new ArrayList<>();
        facts.forEach((subject, expected) -> {
            if (serverVersion >= SECURITY_INVOKER_SINCE || !subject.startsWith(SECURITY_INVOKER)) {
                checks.add(Check.of(subject, expected, live.bySubject().getOrDefault(subject, Check.NOTHING)));
            }
        });
        live.bySubject().forEach((subject, found) -> {
            if (!facts.containsKey(subject)) {
                checks.add(Check.of(subject, subject.startsWith(KEPT) ? CLOSED : Check.NOTHING, found));
            }
        });
        return checks;
    }
}
