package dev.satchel.postgres.dataset;

import dev.satchel.postgres.dataset.SourceColumn.Source;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The tables and columns that exist in the connected database, each column with its type. */
public record LiveSchema(Map<TableName, Map<String, LiveType>> columns) {

    // information_schema hides tables without grants, which would look like missing tables.
    private static final String FROM_CATALOG = """
              FROM unnest(?::text[], ?::text[]) AS wanted (schema, name)
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = wanted.schema
              JOIN pg_catalog.pg_class AS relation
                ON relation.relname = wanted.name
               AND relation.relnamespace = namespace.oid
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
            """;

    private static final String EXISTING = """
             WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
            """;

    private static final String COLUMNS = "SELECT namespace.nspname, relation.relname, attribute.attname,\n"
            + LiveType.COLUMNS + FROM_CATALOG + LiveType.JOIN + EXISTING;

    /**
     * An SQL expression whose value differs between two snapshots that do not show the same tables, columns, types and
     * collations. {@link #setTables} sets its two parameters.
     */
    public static final String FINGERPRINT = """
            (SELECT encode(sha256(convert_to(
                        string_agg(format('%L.%L.%L.%s.%s', namespace.nspname, relation.relname, attribute.attname,
                                          attribute.atttypid, attribute.attcollation), ','
                                   ORDER BY relation.oid, attribute.attnum), 'UTF8')), 'hex')
            """ + FROM_CATALOG + EXISTING + ")";

    /** Reads the columns of those of these tables that exist. */
    public static LiveSchema of(Connection connection, Collection<TableName> tables) throws SQLException {
        Map<TableName, Map<String, LiveType>> columns = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            setTables(statement, 1, tables);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.computeIfAbsent(
                                    new TableName(rows.getString(1), rows.getString(2)), table -> new HashMap<>())
                            .put(rows.getString(3), LiveType.of(rows));
                }
            }
        }
        return new LiveSchema(columns);
    }

    /** Sets the two parameters of {@link #FINGERPRINT}, of which the first has that number in the statement. */
    public static void setTables(PreparedStatement statement, int parameter, Collection<TableName> tables)
            throws SQLException {
        Connection connection = statement.getConnection();
        statement.setArray(
                parameter,
                connection.createArrayOf(
                        "text", tables.stream().map(TableName::schema).toArray()));
        statement.setArray(
                parameter + 1,
                connection.createArrayOf(
                        "text", tables.stream().map(TableName::name).toArray()));
    }

    boolean has(TableName table) {
        return columns.containsKey(table);
    }

    boolean has(Source source) {
        return type(source).isPresent();
    }

    /** The type of the column; empty if it does not exist. */
    Optional<LiveType> type(Source source) {
        return Optional.ofNullable(
                columns.getOrDefault(source.table(), Map.of()).get(source.column()));
    }
}
