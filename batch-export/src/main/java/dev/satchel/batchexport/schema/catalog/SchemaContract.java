package dev.satchel.batchexport.schema.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the schema must be: the facts of a freshly migrated database, kept in {@code SchemaContract.txt}.
 *
 * <p>The file is written from the migrations and never by hand; a test compares the two.
 */
public final class SchemaContract {

    static final String FILE = "SchemaContract.txt";

    private static final String SEPARATOR = ": ";

    private static final Pattern USERS = Pattern.compile("\\b" + Pattern.quote(UsersTable.DEFAULT) + "\\b");

    private final Map<String, String> facts;

    private SchemaContract(Map<String, String> facts) {
        this.facts = Collections.unmodifiableMap(facts);
    }

    /** As it is for a database whose users are in {@code public.users}. */
    public static SchemaContract load() {
        return parse(SchemaFacts.resource(FILE));
    }

    /** As it is for this database: Satchel's keys and triggers are on the table that holds its users. */
    public static SchemaContract forDatabase(Connection connection) throws SQLException {
        SchemaContract contract = load();
        Optional<String> users =
                UsersTable.of(connection).map(UsersTable::name).filter(name -> !name.equals(UsersTable.DEFAULT));
        if (users.isEmpty()) {
            return contract;
        }
        String name = Matcher.quoteReplacement(users.get());
        Map<String, String> facts = new LinkedHashMap<>();
        contract.facts.forEach((subject, fact) -> facts.put(
                USERS.matcher(subject).replaceAll(name), USERS.matcher(fact).replaceAll(name)));
        return new SchemaContract(facts);
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
