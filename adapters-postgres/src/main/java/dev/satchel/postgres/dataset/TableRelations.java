package dev.satchel.postgres.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A table, and the tables that its records look up.
 *
 * @param lookups the lookups; one whose table does not exist is left out
 * @param keys the columns of the table that order the records
 */
public record TableRelations(OwnedTable owned, List<Lookup> lookups, List<String> keys)
        implements DatasetQuery.Relations {

    /** The alias of the table in the statement. */
    static final String ALIAS = "record";

    /**
     * A table with at most one row for each record.
     *
     * @param on the columns of the dataset's table, each with the column of the lookup table that must equal it
     */
    public record Lookup(TableName table, Map<String, String> on) {
        public Lookup {
            on = new LinkedHashMap<>(on);
        }
    }

    public TableRelations {
        lookups = List.copyOf(lookups);
        keys = List.copyOf(keys);
    }

    /** The alias of the lookup with this index. */
    static String alias(int lookup) {
        return "lookup" + (lookup + 1);
    }

    @Override
    public List<TableName> homes() {
        return List.of(owned.table());
    }

    @Override
    public Set<TableName> tables() {
        Set<TableName> tables = new TreeSet<>();
        tables.add(owned.table());
        lookups.forEach(lookup -> tables.add(lookup.table()));
        return tables;
    }

    @Override
    public String fromAndWhere(LiveSchema live, String user) {
        return fromAndWhere(live, user, "");
    }

    /** @param sampling a TABLESAMPLE clause for the table, or nothing */
    String fromAndWhere(LiveSchema live, String user, String sampling) {
        StringBuilder sql = new StringBuilder("  FROM ")
                .append(owned.table().quoted())
                .append(" AS " + ALIAS)
                .append(sampling)
                .append("\n");
        for (int index = 0; index < lookups.size(); index++) {
            Lookup lookup = lookups.get(index);
            if (live.has(lookup.table())) {
                List<String> joined = new ArrayList<>();
                String alias = alias(index);
                lookup.on()
                        .forEach((own, other) ->
                                joined.add(TableName.column(alias, other) + " = " + TableName.column(ALIAS, own)));
                sql.append("  LEFT JOIN ")
                        .append(lookup.table().quoted())
                        .append(" AS ")
                        .append(alias)
                        .append(" ON ")
                        .append(String.join(" AND ", joined))
                        .append("\n");
            }
        }
        return sql.append(" WHERE ").append(owned.condition(ALIAS, user)).toString();
    }
}
