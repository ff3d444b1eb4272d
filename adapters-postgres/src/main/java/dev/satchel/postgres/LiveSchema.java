package dev.satchel.postgres;

import dev.satchel.postgres.SourceColumn.Source;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The tables of schema {@code public} and their columns as the connected database has them, by name. */
record LiveSchema(Map<String, Set<String>> columns) {

    // information_schema hides what a role may not use, so that a missing grant would look like a missing table.
    private static final String COLUMNS = """
            SELECT relation.relname, attribute.attname
              FROM pg_catalog.pg_class AS relation
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
             WHERE namespace.nspname = 'public'
               AND relation.relname = ANY (?)
               AND relation.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
            """;

    /** Looks for these tables alone. */
    static LiveSchema of(Connection connection, Collection<String> tables) throws SQLException {
        Map<String, Set<String>> columns = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setArray(1, connection.createArrayOf("text", tables.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.computeIfAbsent(rows.getString(1), table -> new HashSet<>())
                            .add(rows.getString(2));
                }
            }
        }
        return new LiveSchema(columns);
    }

    boolean has(String table) {
        return columns.containsKey(table);
    }

    boolean has(Source source) {
        return columns.getOrDefault(source.table(), Set.of()).contains(source.column());
    }
}
