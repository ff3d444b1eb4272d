package dev.satchel.postgres.dataset;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * FROM and WHERE clauses written by hand, for relations that columns and foreign keys cannot express. The SQL comes
 * from the operator and is trusted.
 *
 * @param template the SQL, with {@code {name}} as a placeholder for a table and {@code {user}} for the user's id
 * @param named the tables by their names in the template
 * @param homeNames the names of the main tables; if none of them exists, the dataset is absent
 */
record SqlRelations(String template, Map<String, SqlTable> named, List<String> homeNames)
        implements DatasetQuery.Relations {

    static final String USER = "user";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    /**
     * A table of the template.
     *
     * @param empty the columns, with their types, of the empty table that replaces it if the database lacks it
     */
    record SqlTable(TableName table, Map<String, SourceType> empty) {
        SqlTable {
            empty = Collections.unmodifiableMap(new LinkedHashMap<>(empty));
        }

        private String standIn() {
            return empty.entrySet().stream()
                    .map(column -> "NULL::" + column.getValue().sql() + " AS " + TableName.quoted(column.getKey()))
                    .collect(Collectors.joining(", ", "(SELECT ", " WHERE false)"));
        }
    }

    SqlRelations {
        named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
        homeNames = List.copyOf(homeNames);
    }

    /** The names of the placeholders in the template. */
    static Set<String> placeholders(String template) {
        return PLACEHOLDER
                .matcher(template)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public List<TableName> homes() {
        return homeNames.stream().map(this::table).map(SqlTable::table).toList();
    }

    @Override
    public Set<TableName> tables() {
        return named.values().stream().map(SqlTable::table).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public String fromAndWhere(LiveSchema live, String user) {
        return PLACEHOLDER
                .matcher(template)
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(1).equals(USER) ? user : sql(table(match.group(1)), live)));
    }

    private static String sql(SqlTable table, LiveSchema live) {
        return live.has(table.table()) ? table.table().quoted() : table.standIn();
    }

    private SqlTable table(String name) {
        SqlTable table = named.get(name);
        if (table == null) {
            throw new IllegalArgumentException("the SQL has no table {" + name + "}");
        }
        return table;
    }
}
