package dev.satchel.batchexport.schema.catalog;


import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the schema must be: the facts of a freshly migrated database, kept in {@code SchemaContract.txt}.
 *
 * <p>The file is written from the migrations and never by hand; a test compares the two.
 */
public final class SchemaContract {

    static final String FILE = "SchemaContract.txt";

    private static final String SEPARATOR = ": ";

    private final Map<String, String> facts;

    private SchemaContract(Map<String, String> facts) {
        this.facts = Collections.unmodifiableMap(facts);
    }

    public static SchemaContract load() {
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
                .filter(subject -> subject.startsWith(SchemaFacts.MIGRATION + "V"))
                .map(subject -> subject.substring((SchemaFacts.MIGRATION + "V").length(), subject.indexOf("__")))
                .toList();
    }

    public boolean has(String subject) {
        return facts.containsKey(subject);
    }

    public boolean hasConstraint(String name) {
        return facts.keySet().stream().anyMatch(subject -> subject.startsWith("constraint " + name + " on "));
    }

    /** What it says about a subject that it has. */
    public String fact(String subject) {
        return Objects.requireNonNull(facts.get(subject), subject);
    }

    /** What is to be there, by subject. */
    public Map<String, String> facts() {
        return facts;
    }
}
