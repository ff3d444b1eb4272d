package dev.satchel.postgres.dataset;

import java.util.ArrayList;
import java.util.List;

/**
 * The schema and name of a table or view, as spelled in the database's catalog.
 *
 * <p>All names become SQL through this class, which always quotes them, so that a name cannot inject SQL.
 */
public record TableName(String schema, String name) implements Comparable<TableName> {

    private static final char QUOTE = '"';

    /**
     * Parses {@code table} or {@code schema.table}. A name that holds a dot or a quote must be in double quotes, as in
     * SQL. The default schema is {@code public}. Names are case-sensitive.
     *
     * @throws IllegalArgumentException if the text has neither form
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

    /** The name as a quoted SQL identifier. */
    public static String quoted(String identifier) {
        if (identifier.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name must not hold the character NUL");
        }
        return QUOTE + identifier.replace("\"", "\"\"") + QUOTE;
    }

    /** The SQL for a column of the table with this alias. */
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

    /** The text that {@link #parse} accepts. */
    @Override
    public String toString() {
        return part(schema) + "." + part(name);
    }

    private static String part(String part) {
        return part.indexOf('.') < 0 && part.indexOf(QUOTE) < 0 ? part : quoted(part);
    }
}
