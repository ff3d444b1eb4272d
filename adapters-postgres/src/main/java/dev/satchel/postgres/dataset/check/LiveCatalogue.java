package dev.satchel.postgres.dataset.check;

import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.LiveType;
import dev.satchel.postgres.dataset.TableName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tables and views of some schemas in the connected database, with their columns, keys, indexes and row-level
 * security.
 */
record LiveCatalogue(Map<TableName, Table> tables) {

    /**
     * A table or view.
     *
     * @param isTable whether it is a table, and no view
     * @param isForeign whether it is a table of another server, without row-level security and indexes
     * @param isChild whether it inherits from another table, which shows its rows too
     * @param isPartitioned whether its indexes cannot be made concurrently
     * @param indexes the columns that each index without a condition begins with, up to its first expression
     * @param unique the columns of each unique index without expressions and conditions
     */
    record Table(
            TableName name,
            boolean isTable,
            boolean isForeign,
            boolean isChild,
            boolean isPartitioned,
            boolean hasRowSecurity,
            Map<String, LiveColumn> columns,
            List<String> primaryKey,
            List<ForeignKey> foreignKeys,
            List<List<String>> indexes,
            List<List<String>> unique) {

        /** Whether it can have row-level security and indexes. */
        boolean isOwnTable() {
            return isTable && !isForeign;
        }

        boolean isIndexedBy(Collection<String> wanted) {
            return indexes.stream()
                    .anyMatch(index -> index.size() >= wanted.size()
                            && index.subList(0, wanted.size()).containsAll(wanted));
        }

        /** Whether it is the table of users, and that column its id, whatever else is its primary key. */
        boolean isUsersId(String column) {
            LiveColumn found = columns.get(column);
            return DatasetProposal.isUsers(name)
                    && column.equals("id")
                    && unique.contains(List.of(column))
                    && found != null
                    && found.type().isUuid();
        }

        boolean isUnique(Collection<String> wanted) {
            return unique.stream().anyMatch(key -> !key.isEmpty() && wanted.containsAll(key));
        }
    }

    /**
     * A column.
     *
     * @param isReadable whether the role {@code authenticated} may read it
     */
    record LiveColumn(String name, LiveType type, boolean isSortable, boolean isReadable) {
        /** The type as PostgreSQL prints it. */
        String printed() {
            return type.printed();
        }
    }

    /** A foreign key; {@code isCascading} tells whether it has ON DELETE CASCADE. */
    record ForeignKey(List<String> columns, TableName target, List<String> key, boolean isCascading) {}

    private static final String COLUMNS = "SELECT " + LiveType.COLUMNS + """
                   , namespace.nspname, relation.relname, relation.relkind IN ('r', 'p', 'f') AS is_table,
                   relation.relkind = 'f' AS is_foreign, relation.relkind = 'p' AS is_partitioned,
                   relation.relrowsecurity, attribute.attname,
                   (SELECT part.typcategory <> 'G'
                           AND part.typtype <> 'c'
                           AND part.typname NOT IN ('json', 'jsonpath', 'xml', 'xid', 'pg_snapshot')
                      FROM pg_catalog.pg_type AS part
                     WHERE part.oid = CASE WHEN base.typcategory = 'A' AND base.typelem <> 0 THEN base.typelem
                                           ELSE base.oid END) AS is_sortable,
                   EXISTS (SELECT
                             FROM pg_catalog.pg_inherits AS parent
                            WHERE parent.inhrelid = relation.oid) AS is_child,
                   COALESCE(pg_catalog.has_schema_privilege(reader.oid, namespace.oid, 'USAGE')
                            AND pg_catalog.has_column_privilege(reader.oid, relation.oid, attribute.attnum, 'SELECT'),
                            false) AS is_readable
              FROM pg_catalog.pg_class AS relation
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
            """ + LiveType.JOIN + """
              LEFT JOIN pg_catalog.pg_roles AS reader ON reader.rolname = 'authenticated'
             WHERE namespace.nspname = ANY (?)
               AND relation.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND NOT relation.relispartition
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
             ORDER BY namespace.nspname, relation.relname, attribute.attnum
            """;

    private static final String CONSTRAINTS = """
            SELECT namespace.nspname, relation.relname, found.contype,
                   (SELECT array_agg(attribute.attname::text ORDER BY part.n)
                      FROM unnest(found.conkey) WITH ORDINALITY AS part (attnum, n)
                      JOIN pg_catalog.pg_attribute AS attribute
                        ON attribute.attrelid = found.conrelid AND attribute.attnum = part.attnum) AS columns,
                   other_schema.nspname AS other_schema, other.relname AS other,
                   (SELECT array_agg(attribute.attname::text ORDER BY part.n)
                      FROM unnest(found.confkey) WITH ORDINALITY AS part (attnum, n)
                      JOIN pg_catalog.pg_attribute AS attribute
                        ON attribute.attrelid = found.confrelid AND attribute.attnum = part.attnum) AS key,
                   found.confdeltype = 'c' AS is_cascading
              FROM pg_catalog.pg_constraint AS found
              JOIN pg_catalog.pg_class AS relation ON relation.oid = found.conrelid
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
              LEFT JOIN pg_catalog.pg_class AS other ON other.oid = found.confrelid
              LEFT JOIN pg_catalog.pg_namespace AS other_schema ON other_schema.oid = other.relnamespace
             WHERE namespace.nspname = ANY (?)
               AND found.contype IN ('p', 'f')
               AND found.conparentid = 0
             ORDER BY namespace.nspname, relation.relname, found.conname
            """;

    private static final String INDEXES = """
            SELECT namespace.nspname, relation.relname,
                   found.indisunique AND found.indpred IS NULL AND 0 <> ALL (found.indkey::smallint[]) AS is_unique,
                   (SELECT array_agg(attribute.attname::text ORDER BY part.n)
                      FROM unnest(found.indkey::smallint[]) WITH ORDINALITY AS part (attnum, n)
                      JOIN pg_catalog.pg_attribute AS attribute
                        ON attribute.attrelid = found.indrelid AND attribute.attnum = part.attnum
                     WHERE part.n <= found.indnkeyatts
                       AND NOT EXISTS (SELECT
                                         FROM unnest(found.indkey::smallint[]) WITH ORDINALITY AS before (attnum, n)
                                        WHERE before.attnum = 0
                                          AND before.n < part.n)) AS columns
              FROM pg_catalog.pg_index AS found
              JOIN pg_catalog.pg_class AS relation ON relation.oid = found.indrelid
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
             WHERE namespace.nspname = ANY (?)
               AND found.indisvalid
               -- The rows of a user are none of those without one.
               AND (found.indpred IS NULL
                    OR pg_get_expr(found.indpred, found.indrelid) =
                       (SELECT format('(%I IS NOT NULL)', first.attname)
                          FROM pg_catalog.pg_attribute AS first
                         WHERE first.attrelid = found.indrelid
                           AND first.attnum = found.indkey[0]))
             ORDER BY namespace.nspname, relation.relname, found.indexrelid
            """;

    public static LiveCatalogue read(Connection connection, Collection<String> schemas) throws SQLException {
        Map<TableName, Table> tables = new LinkedHashMap<>();
        try (PreparedStatement statement = prepare(connection, COLUMNS, schemas);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                TableName name = name(row);
                Table table = tables.get(name);
                if (table == null) {
                    table = new Table(
                            name,
                            row.getBoolean("is_table"),
                            row.getBoolean("is_foreign"),
                            row.getBoolean("is_child"),
                            row.getBoolean("is_partitioned"),
                            row.getBoolean("relrowsecurity"),
                            new LinkedHashMap<>(),
                            new ArrayList<>(),
                            new ArrayList<>(),
                            new ArrayList<>(),
                            new ArrayList<>());
                    tables.put(name, table);
                }
                String column = row.getString("attname");
                LiveType type = LiveType.of(row);
                table.columns()
                        .put(
                                column,
                                new LiveColumn(
                                        column, type, row.getBoolean("is_sortable"), row.getBoolean("is_readable")));
            }
        }
        readConstraints(connection, schemas, tables);
        readIndexes(connection, schemas, tables);
        return new LiveCatalogue(tables);
    }

    private static void readConstraints(Connection connection, Collection<String> schemas, Map<TableName, Table> tables)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, CONSTRAINTS, schemas);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                Table table = tables.get(name(row));
                if (table == null) {
                    continue;
                }
                if (row.getString("contype").equals("p")) {
                    table.primaryKey().addAll(texts(row, "columns"));
                } else {
                    table.foreignKeys()
                            .add(new ForeignKey(
                                    texts(row, "columns"),
                                    new TableName(row.getString("other_schema"), row.getString("other")),
                                    texts(row, "key"),
                                    row.getBoolean("is_cascading")));
                }
            }
        }
    }

    private static void readIndexes(Connection connection, Collection<String> schemas, Map<TableName, Table> tables)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, INDEXES, schemas);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                Table table = tables.get(name(row));
                if (table != null) {
                    table.indexes().add(texts(row, "columns"));
                    if (row.getBoolean("is_unique")) {
                        table.unique().add(texts(row, "columns"));
                    }
                }
            }
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Collection<String> schemas)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setArray(1, connection.createArrayOf("text", schemas.toArray()));
        return statement;
    }

    private static TableName name(ResultSet row) throws SQLException {
        return new TableName(row.getString("nspname"), row.getString("relname"));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.copyOf(Arrays.asList((String[]) array.getArray()));
    }

    Optional<Table> find(TableName name) {
        return Optional.ofNullable(tables.get(name));
    }

    /** The tables and columns alone, without keys. */
    LiveSchema schema() {
        Map<TableName, Map<String, LiveType>> columns = new LinkedHashMap<>();
        tables.forEach((name, table) -> {
            Map<String, LiveType> types = new LinkedHashMap<>();
            table.columns().values().forEach(column -> types.put(column.name(), column.type()));
            columns.put(name, types);
        });
        return new LiveSchema(columns);
    }
}
