package dev.satchel.postgres.dataset;

import java.util.ArrayList;
import java.util.List;

/**
 * A table or view, with its schema, both as the catalog of the database spells them.
 *
 * <p>The one place where names become SQL: they are always quoted, so that no name can be read as anything else.
 */
public record TableName(String schema, String name) implements Comparable<TableName> {

    private static final char QUOTE = '"';

    /**
     * Reads {@code table} or {@code schema.table}; a name that holds a dot or a quote stands in double quotes, as in SQL.
     * Without a schema it is {@code public}. Upper and lower case are different.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static TableName parse(String text) {
        List<String> parts = parts(text);
        return switch (parts.size()) {
            case 1 -> new TableName("public", parts.get(0));
            case 2 -> new TableName(parts.get(0), parts.get(1));
            default -> throw malformed(text);
        };
    }

    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int index = 0; index < text.length(); index++) {
            char each = text.charAt(index);
            if (each == QUOTE && quoted && index + 1 < text.length() && text.charAt(index + 1) == QUOTE) {
                part.append(QUOTE);
                index++;
            } else if (each == QUOTE) {
                quoted = !quoted;
            } else if (each == '.' && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(each);
            }
        }
        parts.add(part.toString());
        if (quoted || parts.contains("")) {
            throw malformed(text);
        }
        return parts;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not the name of a table: expected a name such as public.orders");
    }

    /** A name as an identifier of SQL. */
    public static String quoted(String identifier) {
        if (identifier.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name must not hold the character NUL");
        }
        return QUOTE + identifier.replace("\"", "\"\"") + QUOTE;
    }

    /** A column of a table that the statement calls by this alias. */
    static String column(String alias, String name) {
        return alias + "." + quoted(name);
    }

    public String quoted() {
        return quoted(schema) + "." + quoted(name);
    }

    @Override
    public int compareTo(TableName other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema == 0 ? name.compareTo(other.name) : bySchema;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return part(schema) + "." + part(name);
    }

    private static String part(String part) {
        return part.indexOf('.') < 0 && part.indexOf(QUOTE) < 0 ? part : quoted(part);
    }
}
