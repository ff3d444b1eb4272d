package dev.satchel.postgres.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The path from a row to its user: foreign keys, then a column with the user's id.
 *
 * @param steps the foreign keys to follow; empty if the row itself has the column with the user's id
 * @param column the column with the user's id in the last table
 */
public record OwnerPath(List<Step> steps, String column) {

    /**
     * One foreign key.
     *
     * @param columns the referencing columns
     * @param table the referenced table
     * @param key the referenced columns, in the order of {@code columns}
     */
    public record Step(List<String> columns, TableName table, List<String> key) {
        public Step {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
            if (columns.isEmpty() || columns.size() != key.size()) {
                throw new IllegalArgumentException("a step to " + table + " compares the columns " + columns
                        + " with the key " + key + ": expected as many of each, and at least one");
            }
        }
    }

    public OwnerPath {
        steps = List.copyOf(steps);
    }

    /** The SQL condition for the rows of the user; {@code user} is an SQL expression. */
    String condition(String alias, String user) {
        return condition(alias, user, 0);
    }

    private String condition(String alias, String user, int at) {
        if (at == steps.size()) {
            return TableName.column(alias, column) + " = " + user;
        }
        Step step = steps.get(at);
        String next = "step" + (at + 1);
        List<String> joined = new ArrayList<>();
        for (int index = 0; index < step.columns().size(); index++) {
            joined.add(TableName.column(next, step.key().get(index)) + " = "
                    + TableName.column(alias, step.columns().get(index)));
        }
        return "EXISTS (SELECT FROM " + step.table().quoted() + " AS " + next + " WHERE " + String.join(" AND ", joined)
                + " AND " + condition(next, user, at + 1) + ")";
    }

    /** The names of tables and columns, for {@code satchel.count_records()}. */
    Map<String, Object> names() {
        Map<String, Object> names = new LinkedHashMap<>();
        List<Map<String, Object>> over = new ArrayList<>();
        for (Step step : steps) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("columns", step.columns());
            each.put("schema", step.table().schema());
            each.put("table", step.table().name());
            each.put("key", step.key());
            over.add(each);
        }
        names.put("steps", over);
        names.put("column", column);
        return names;
    }
}
