package dev.satchel.batchexport.schema.catalog;

import dev.satchel.batchexport.schema.catalog.LiveTables.Argument;
import dev.satchel.batchexport.schema.catalog.LiveTables.Column;
import dev.satchel.batchexport.schema.catalog.LiveTables.ForeignKey;
import dev.satchel.batchexport.schema.catalog.LiveTables.Function;
import dev.satchel.batchexport.schema.catalog.LiveTables.Relation;
import dev.satchel.batchexport.schema.catalog.LiveTables.UniqueKey;
import dev.satchel.batchexport.schema.catalog.LiveTables.ValueType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Reads what a live schema holds, in one snapshot. */
public final class LiveTablesReader {

    // A base type is unfolded from its domains here, and an array from its element, so that what is left is plain.
    private static final String TYPES = """
            WITH RECURSIVE unfolded AS (
                SELECT type.oid AS type_id, type.oid AS inner_id, false AS is_array, type.typnotnull AS is_required
                  FROM pg_catalog.pg_type AS type
                 UNION ALL
                SELECT unfolded.type_id,
                       CASE type.typtype WHEN 'd' THEN type.typbasetype ELSE type.typelem END,
                       unfolded.is_array OR type.typtype <> 'd',
                       unfolded.is_required OR (type.typnotnull AND NOT unfolded.is_array)
                  FROM unfolded
                  JOIN pg_catalog.pg_type AS type
                    ON type.oid = unfolded.inner_id
                 WHERE type.typtype = 'd'
                    OR (type.typcategory = 'A' AND type.typelem <> 0)
            )
            SELECT unfolded.type_id::bigint, schema.nspname, type.typname, type.typtype::text,
                   coalesce(relation.relkind::text, ''), unfolded.is_array, unfolded.is_required
              FROM unfolded
              JOIN pg_catalog.pg_type AS type
                ON type.oid = unfolded.inner_id
              JOIN pg_catalog.pg_namespace AS schema
                ON schema.oid = type.typnamespace
              LEFT JOIN pg_catalog.pg_class AS relation
                ON relation.oid = type.typrelid
             WHERE type.typtype <> 'd'
               AND NOT (type.typcategory = 'A' AND type.typelem <> 0)
            """;

    // The bits are those that information_schema tests: 8 for INSERT, 4 for UPDATE.
    private static final String RELATIONS = """
            SELECT relation.oid::bigint, relation.relname, relation.relkind::text,
                   pg_catalog.pg_relation_is_updatable(relation.oid, false) & 8 = 8,
                   pg_catalog.pg_relation_is_updatable(relation.oid, false) & 4 = 4
              FROM pg_catalog.pg_class AS relation
             WHERE relation.relnamespace = 'public'::regnamespace
               AND relation.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
               AND NOT relation.relispartition
             ORDER BY relation.relname COLLATE "C"
            """;

    private static final String COLUMNS = """
            SELECT attribute.attrelid::bigint, attribute.attname, attribute.atttypid::bigint, attribute.attnotnull,
                   attribute.atthasdef OR attribute.attidentity <> '',
                   attribute.attgenerated <> '' OR attribute.attidentity = 'a'
                       OR (relation.relkind = 'v'
                           AND NOT pg_catalog.pg_column_is_updatable(relation.oid, attribute.attnum, false))
              FROM pg_catalog.pg_attribute AS attribute
              JOIN pg_catalog.pg_class AS relation
                ON relation.oid = attribute.attrelid
             WHERE relation.relnamespace = 'public'::regnamespace
               AND relation.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
             ORDER BY attribute.attnum
            """;

    // An index over a part of the rows, or over an expression, makes no column unique.
    private static final String UNIQUE_KEYS = """
            SELECT index.indrelid::bigint, index.indisprimary,
                   EXISTS (SELECT
                             FROM pg_catalog.pg_constraint AS backed
                            WHERE backed.conindid = index.indexrelid
                              AND backed.contype IN ('p', 'u')),
                   ARRAY (SELECT attribute.attname::text
                            FROM unnest(index.indkey::smallint[]) WITH ORDINALITY AS key (attnum, position)
                            JOIN pg_catalog.pg_attribute AS attribute
                              ON attribute.attrelid = index.indrelid
                             AND attribute.attnum = key.attnum
                           WHERE key.position <= index.indnkeyatts
                           ORDER BY key.position)
              FROM pg_catalog.pg_index AS index
              JOIN pg_catalog.pg_class AS relation
                ON relation.oid = index.indrelid
              JOIN pg_catalog.pg_class AS itself
                ON itself.oid = index.indexrelid
             WHERE relation.relnamespace = 'public'::regnamespace
               AND index.indisunique
               AND index.indisvalid
               AND index.indpred IS NULL
               AND index.indexprs IS NULL
             ORDER BY itself.relname COLLATE "C"
            """;

    private static final String FOREIGN_KEYS = """
            SELECT foreign_key.conname, relation.relname,
                   ARRAY (SELECT attribute.attname::text
                            FROM unnest(foreign_key.conkey) WITH ORDINALITY AS key (attnum, position)
                            JOIN pg_catalog.pg_attribute AS attribute
                              ON attribute.attrelid = foreign_key.conrelid
                             AND attribute.attnum = key.attnum
                           ORDER BY key.position),
                   referenced.relname,
                   ARRAY (SELECT attribute.attname::text
                            FROM unnest(foreign_key.confkey) WITH ORDINALITY AS key (attnum, position)
                            JOIN pg_catalog.pg_attribute AS attribute
                              ON attribute.attrelid = foreign_key.confrelid
                             AND attribute.attnum = key.attnum
                           ORDER BY key.position)
              FROM pg_catalog.pg_constraint AS foreign_key
              JOIN pg_catalog.pg_class AS relation
                ON relation.oid = foreign_key.conrelid
              JOIN pg_catalog.pg_class AS referenced
                ON referenced.oid = foreign_key.confrelid
             WHERE foreign_key.contype = 'f'
               AND foreign_key.conparentid = 0
               AND relation.relnamespace = 'public'::regnamespace
               AND referenced.relnamespace = 'public'::regnamespace
               AND NOT relation.relispartition
               AND NOT referenced.relispartition
             ORDER BY foreign_key.conname COLLATE "C", relation.relname COLLATE "C"
            """;

    private static final String ENUMS = """
            SELECT type.typname, label.enumlabel
              FROM pg_catalog.pg_enum AS label
              JOIN pg_catalog.pg_type AS type
                ON type.oid = label.enumtypid
             WHERE type.typnamespace = 'public'::regnamespace
             ORDER BY type.typname COLLATE "C", label.enumsortorder
            """;

    // A trigger's function cannot be called, and an extension's are not the application's to type.
    private static final String FUNCTIONS = """
            SELECT routine.proname, routine.prorettype::bigint, routine.proretset,
                   coalesce(routine.proallargtypes, routine.proargtypes::oid[])::bigint[],
                   coalesce(routine.proargmodes::text[], '{}'), coalesce(routine.proargnames, '{}'),
                   routine.pronargdefaults
              FROM pg_catalog.pg_proc AS routine
             WHERE routine.pronamespace = 'public'::regnamespace
               AND routine.prokind IN ('f', 'w')
               AND routine.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
               AND NOT EXISTS (SELECT
                                 FROM pg_catalog.pg_depend AS membership
                                WHERE membership.classid = 'pg_catalog.pg_proc'::regclass
                                  AND membership.objid = routine.oid
                                  AND membership.deptype = 'e')
             ORDER BY routine.proname COLLATE "C", routine.proargtypes::text COLLATE "C"
            """;

    /** Reads the schema in a transaction of its own that changes nothing. */
    public static LiveTables read(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            try {
                SchemaTransaction.begin(connection);
                return snapshot(connection);
            } finally {
                connection.rollback();
                // A pool gets its connection back as it gave it.
                connection.setAutoCommit(true);
                connection.setReadOnly(false);
            }
        }
    }

    private static LiveTables snapshot(Connection connection) throws SQLException {
        Map<Long, ValueType> types = new HashMap<>();
        each(connection, TYPES, row -> types.put(row.getLong(1), type(row)));

        Map<Long, List<Column>> columns = new HashMap<>();
        each(connection, COLUMNS, row -> of(columns, row.getLong(1)).add(column(row, types)));

        Map<Long, List<UniqueKey>> keys = new HashMap<>();
        each(connection, UNIQUE_KEYS, row -> of(keys, row.getLong(1)).add(uniqueKey(row)));

        List<Relation> relations = new ArrayList<>();
        each(connection, RELATIONS, row -> relations.add(relation(row, columns, keys)));

        List<ForeignKey> foreignKeys = new ArrayList<>();
        each(connection, FOREIGN_KEYS, row -> foreignKeys.add(foreignKey(row)));

        Map<String, List<String>> enums = new LinkedHashMap<>();
        each(connection, ENUMS, row -> of(enums, row.getString(1)).add(row.getString(2)));

        List<Function> functions = new ArrayList<>();
        each(connection, FUNCTIONS, row -> functions.add(function(row, types)));
        return new LiveTables(relations, foreignKeys, enums, functions);
    }

    private static void each(Connection connection, String sql, RowReader reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    private static <K, V> List<V> of(Map<K, List<V>> lists, K key) {
        return lists.computeIfAbsent(key, absent -> new ArrayList<>());
    }

    private static ValueType type(ResultSet row) throws SQLException {
        return new ValueType(
                row.getString(2),
                row.getString(3),
                row.getString(4).charAt(0),
                row.getString(5),
                row.getBoolean(6),
                row.getBoolean(7));
    }

    private static Column column(ResultSet row, Map<Long, ValueType> types) throws SQLException {
        ValueType type = typeOf(row.getLong(3), types);
        return new Column(
                row.getString(2), type, !row.getBoolean(4) && !type.required(), row.getBoolean(5), row.getBoolean(6));
    }

    private static UniqueKey uniqueKey(ResultSet row) throws SQLException {
        return new UniqueKey(row.getBoolean(2), row.getBoolean(3), names(row, 4));
    }

    private static Relation relation(ResultSet row, Map<Long, List<Column>> columns, Map<Long, List<UniqueKey>> keys)
            throws SQLException {
        return new Relation(
                row.getString(2),
                row.getString(3).charAt(0),
                row.getBoolean(4),
                row.getBoolean(5),
                columns.getOrDefault(row.getLong(1), List.of()),
                keys.getOrDefault(row.getLong(1), List.of()));
    }

    private static ForeignKey foreignKey(ResultSet row) throws SQLException {
        return new ForeignKey(row.getString(1), row.getString(2), names(row, 3), row.getString(4), names(row, 5));
    }

    private static Function function(ResultSet row, Map<Long, ValueType> types) throws SQLException {
        Long[] all = (Long[]) row.getArray(4).getArray();
        List<String> modes = names(row, 5);
        List<String> names = names(row, 6);
        List<Argument> given = new ArrayList<>();
        List<Argument> returned = new ArrayList<>();
        for (int index = 0; index < all.length; index++) {
            String mode = modes.isEmpty() ? "i" : modes.get(index);
            String name = names.isEmpty() ? "" : names.get(index);
            Argument argument = new Argument(name, typeOf(all[index], types), false);
            if (!"o".equals(mode) && !"t".equals(mode)) {
                given.add(argument);
            }
            if (!"i".equals(mode) && !"v".equals(mode)) {
                returned.add(argument);
            }
        }
        // Only the last arguments can have a default.
        for (int index = given.size() - row.getInt(7); index < given.size(); index++) {
            given.set(
                    index,
                    new Argument(given.get(index).name(), given.get(index).type(), true));
        }
        return new Function(row.getString(1), given, returned, typeOf(row.getLong(2), types), row.getBoolean(3));
    }

    private static ValueType typeOf(long oid, Map<Long, ValueType> types) {
        ValueType type = types.get(oid);
        if (type == null) {
            throw new IllegalStateException("the catalog names type " + oid + " and does not hold it");
        }
        return type;
    }

    private static List<String> names(ResultSet row, int column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private LiveTablesReader() {}

    @FunctionalInterface
    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
