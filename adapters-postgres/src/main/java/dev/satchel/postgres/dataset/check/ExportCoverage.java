package dev.satchel.postgres.dataset.check;

import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.postgres.dataset.TableName;
import dev.satchel.postgres.session.StatementSettings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Compares the tables and columns with users' data in a database with those that the {@link PostgresDatasets} export
 * or exclude.
 *
 * <p>Reads {@code pg_catalog}, which every role can read. Both methods return sentences for the operator; an empty
 * list means that there is no difference.
 */
final class ExportCoverage {

    // A table holds users' data if foreign keys lead from it to users in any number of steps, or if it has a column
    // user_id; this includes Satchel's own tables. Tables that users' records reference, such as images, do not belong
    // to a user.
    private static final String HELD = """
            WITH RECURSIVE related (oid) AS (
                SELECT relation.oid
                  FROM pg_catalog.pg_class AS relation
                  JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
                 WHERE (relation.relname = 'users' AND namespace.nspname IN ('public', 'auth'))
                    OR ((namespace.nspname = 'satchel' OR namespace.nspname = ANY (:schemas))
                        AND EXISTS (SELECT
                                      FROM pg_catalog.pg_attribute AS owner
                                     WHERE owner.attrelid = relation.oid
                                       AND owner.attname = 'user_id'
                                       AND NOT owner.attisdropped))
                 UNION
                SELECT reference.conrelid
                  FROM related
                  JOIN pg_catalog.pg_constraint AS reference ON reference.confrelid = related.oid
                 WHERE reference.contype = 'f'
            )
            SELECT namespace.nspname, relation.relname, attribute.attname
              FROM related
              JOIN pg_catalog.pg_class AS relation ON relation.oid = related.oid
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
             WHERE (namespace.nspname = ANY (:schemas)
                    -- What an adoption keeps for a rollback is from before Satchel.
                    OR namespace.nspname = 'satchel' AND relation.relname !~ '^adopted_')
               AND relation.relkind IN ('r', 'p', 'f', 'm')
               AND NOT relation.relispartition
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
             ORDER BY namespace.nspname, relation.relname, attribute.attnum
            """;

    private static final String EXISTING = """
            SELECT namespace.nspname, relation.relname, attribute.attname
              FROM pg_catalog.pg_class AS relation
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
             WHERE (namespace.nspname = 'satchel' OR namespace.nspname = ANY (:schemas))
               AND relation.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
            """;

    private final JdbcClient jdbc;
    private final Map<Source, String> registered;
    private final Map<TableName, String> excludedTables;
    private final String[] schemas;

    public ExportCoverage(DataSource dataSource, PostgresDatasets datasets) {
        this.jdbc = StatementSettings.client(dataSource);
        this.registered = datasets.registered();
        this.excludedTables = datasets.excludedTables();
        this.schemas = datasets.schemas().toArray(String[]::new);
    }

    /** The tables and columns with users' data that no dataset covers. */
    public List<String> gaps() {
        Set<TableName> knownTables = tables(registered.keySet());
        Set<String> gaps = new LinkedHashSet<>();
        for (Source column : columns(HELD)) {
            if (excludedTables.containsKey(column.table())) {
                continue;
            }
            if (!knownTables.contains(column.table())) {
                gaps.add("table " + column.table()
                        + " leads to users, and no dataset exports it or leaves it out with a reason");
            } else if (!registered.containsKey(column)) {
                gaps.add("column " + column + " is neither exported nor left out with a reason");
            }
        }
        return List.copyOf(gaps);
    }

    /** The tables and columns of datasets that the database lacks. */
    List<String> stale() {
        Set<Source> existing = new LinkedHashSet<>(columns(EXISTING));
        Set<TableName> existingTables = tables(existing);
        Set<String> stale = new LinkedHashSet<>();
        registered.forEach((source, fate) -> {
            if (!existingTables.contains(source.table())) {
                stale.add("table " + source.table() + " does not exist, and exports go without it");
            } else if (!existing.contains(source)) {
                stale.add("column " + source + " does not exist (" + fate + ")");
            }
        });
        excludedTables.forEach((table, reason) -> {
            if (!existingTables.contains(table)) {
                stale.add("table " + table + " does not exist (left out: " + reason + ")");
            }
        });
        return List.copyOf(stale);
    }

    private List<Source> columns(String sql) {
        return jdbc.sql(sql)
                .param("schemas", schemas)
                .query((row, number) -> new Source(
                        new TableName(row.getString("nspname"), row.getString("relname")), row.getString("attname")))
                .list();
    }

    private static Set<TableName> tables(Iterable<Source> sources) {
        Set<TableName> tables = new TreeSet<>();
        sources.forEach(source -> tables.add(source.table()));
        return tables;
    }
}
