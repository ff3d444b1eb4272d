package dev.satchel.postgres;

import dev.satchel.postgres.SourceColumn.Source;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Compares what a database holds of users with what the {@link Datasets} export or leave out with a reason.
 *
 * <p>Reads {@code pg_catalog}, which shows every role everything. Both answers are sentences for the operator, empty when
 * all is well.
 */
final class ExportCoverage {

    // Data of a user is in what leads to users by foreign keys, over however many tables, and in what says user_id
    // without a key. Tables that users' records point to, such as images, are nobody's.
    private static final String HELD = """
            WITH RECURSIVE related (oid) AS (
                SELECT relation.oid
                  FROM pg_catalog.pg_class AS relation
                  JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
                 WHERE (relation.relname = 'users' AND namespace.nspname IN ('public', 'auth'))
                    OR (namespace.nspname = 'public'
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
            SELECT relation.relname, attribute.attname
              FROM related
              JOIN pg_catalog.pg_class AS relation ON relation.oid = related.oid
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
             WHERE namespace.nspname = 'public'
               AND relation.relkind IN ('r', 'p', 'f', 'm')
               AND NOT relation.relispartition
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
             ORDER BY relation.relname, attribute.attnum
            """;

    private static final String EXISTING = """
            SELECT relation.relname, attribute.attname
              FROM pg_catalog.pg_class AS relation
              JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
             WHERE namespace.nspname = 'public'
               AND relation.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
            """;

    private final JdbcClient jdbc;
    private final Map<Source, String> registered = Datasets.registered();

    ExportCoverage(DataSource dataSource) {
        this.jdbc = StatementSettings.client(dataSource);
    }

    /** The tables and columns with data of users that no dataset knows of. */
    List<String> gaps() {
        Set<String> knownTables = tables(registered.keySet());
        Set<String> gaps = new LinkedHashSet<>();
        for (Source held : columns(HELD)) {
            if (!knownTables.contains(held.table())) {
                gaps.add("table public." + held.table()
                        + " leads to users, and no dataset exports it or leaves it out with a reason");
            } else if (!registered.containsKey(held)) {
                gaps.add("column " + held + " is neither exported nor left out with a reason");
            }
        }
        return List.copyOf(gaps);
    }

    /** The registered tables and columns that the database does not have. */
    List<String> stale() {
        List<Source> existing = columns(EXISTING);
        Set<Source> existingColumns = Set.copyOf(existing);
        Set<String> existingTables = tables(existing);
        Set<String> stale = new LinkedHashSet<>();
        registered.forEach((source, fate) -> {
            if (!existingTables.contains(source.table())) {
                stale.add("table public." + source.table() + " does not exist, and exports go without it");
            } else if (!existingColumns.contains(source)) {
                stale.add("column " + source + " does not exist (" + fate + ")");
            }
        });
        return List.copyOf(stale);
    }

    private List<Source> columns(String sql) {
        return jdbc.sql(sql)
                .query((row, number) -> new Source(row.getString("relname"), row.getString("attname")))
                .list();
    }

    private static Set<String> tables(Iterable<Source> sources) {
        Set<String> tables = new TreeSet<>();
        sources.forEach(source -> tables.add(source.table()));
        return tables;
    }
}
