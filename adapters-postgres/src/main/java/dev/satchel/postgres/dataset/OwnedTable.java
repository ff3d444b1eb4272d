package dev.satchel.postgres.dataset;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table and the rule for which rows belong to a user.
 *
 * @param owners alternatives; a row belongs to each user that one of them leads to
 */
public record OwnedTable(TableName table, List<OwnerPath> owners) {

    public OwnedTable {
        owners = List.copyOf(owners);
        if (owners.isEmpty()) {
            throw new IllegalArgumentException("nothing says whose the rows of " + table + " are");
        }
    }

    /** The SQL condition for the rows of the user; {@code user} is an SQL expression. */
    String condition(String alias, String user) {
        List<String> any =
                owners.stream().map(owner -> owner.condition(alias, user)).toList();
        return any.size() == 1 ? any.get(0) : "(" + String.join(" OR ", any) + ")";
    }

    /** The names of table and columns, for {@code satchel.count_records()}. */
    Map<String, Object> names() {
        Map<String, Object> names = new LinkedHashMap<>();
        names.put("schema", table.schema());
        names.put("table", table.name());
        names.put("owners", owners.stream().map(OwnerPath::names).toList());
        return names;
    }
}
