package dev.satchel.postgres.records;

import dev.satchel.UserId;
import dev.satchel.partition.RecordRange;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.LiveType;
import dev.satchel.record.ExportFilters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a dataset into ranges of its keys, and selects the records of one range, in the open snapshot of a connection.
 *
 * <p>PostgreSQL compares the keys as {@code ORDER BY} does: ascending, NULL last. So the ranges, one after the other, are the
 * records in the order of the whole. That holds for types that {@link #areComparable} allows. The values of keys never
 * become part of a statement: they are settings of the transaction, which the statement reads.
 */
final class KeyRanges {

    /** Ranges of about equal size need no more keys than this to choose from. */
    private static final double SAMPLE = 20_000;

    // Rows of one page often have neighbouring keys: so many more are read than are chosen from, of other pages.
    private static final double READ_PER_CHOSEN = 5;

    /** So that each range has its share of the pages that are read. */
    private static final double PAGES_PER_RANGE = 100;

    /** Pages are sampled where they have at most this part of the user's rows, each of which is read otherwise. */
    private static final double WORTH_SAMPLING = 0.25;

    // How many rows and pages the table has, with as many rows to a page as when it was last analyzed. Partitions and
    // heirs may be foreign or stored otherwise, and cannot be sampled then.
    private static final String SIZE = """
            SELECT relation.reltuples / relation.relpages * size.pages, size.pages
              FROM pg_catalog.pg_class AS relation
              JOIN pg_catalog.pg_am AS storage ON storage.oid = relation.relam
             CROSS JOIN LATERAL (SELECT pg_relation_size(relation.oid)
                                        / current_setting('block_size')::double precision) AS size (pages)
             WHERE relation.oid = to_regclass(?)
               AND relation.relkind IN ('r', 'm')
               AND NOT relation.relhassubclass
               AND relation.reltuples > 0
               AND relation.relpages > 0
               AND size.pages > 0
               AND storage.amname = 'heap'
            """;

    private static final Pattern ESTIMATE = Pattern.compile("rows=(\\d+) width=(\\d+)\\)");

    private static final String FOREIGN = "Foreign Scan";

    // ORDER BY sorts by the default operator class of a type, wherever that is. A condition finds its operators by
    // their names in pg_catalog, where those of other schemas are missing: citext would be compared as text. A domain
    // is compared as its base type, and the user may use that even where the domain's schema is closed to them.
    //
    // "Not null" holds neither for older rows, as long as the constraint is not validated, nor for tables that inherit.
    private static final String TYPES = """
            SELECT attribute.attname,
                   format_type(base.oid, -1),
                   base.typnamespace = 'pg_catalog'::regnamespace AND NOT
            """ + LiveType.HAS_OPERATOR_CLASS_ELSEWHERE + """
                   ,
                   attribute.attnotnull
                       AND relation.relkind = 'r'
                       AND NOT relation.relhassubclass
                       AND NOT EXISTS (SELECT
                                         FROM pg_catalog.pg_constraint AS unproven
                                        WHERE unproven.conrelid = relation.oid
                                          AND unproven.contype = 'n'
                                          AND NOT unproven.convalidated)
              FROM pg_catalog.pg_class AS relation
              JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
            """ + LiveType.JOIN + """
             WHERE relation.oid = to_regclass(?)
               AND attribute.attname = ANY (?)
            """;

    private final Connection connection;
    private final DatasetQuery query;

    KeyRanges(Connection connection, DatasetQuery query) {
        this.connection = connection;
        this.query = query;
    }

    /**
     * What the planner says of the statement.
     *
     * @param rows an estimate of their number
     * @param bytes an estimate of their size
     * @param isForeign whether it reads foreign tables, which have no part in the snapshot
     */
    record Estimate(long rows, long bytes, boolean isForeign) {}

    Estimate estimate(LiveSchema live, UserId user, ExportFilters filters) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet plan = statement.executeQuery("EXPLAIN " + query.select(live, user, filters))) {
            plan.next();
            Matcher top = ESTIMATE.matcher(plan.getString(1));
            if (!top.find()) {
                throw new IllegalStateException("the plan of PostgreSQL has no estimate in its first line");
            }
            boolean isForeign = false;
            do {
                isForeign |= plan.getString(1).contains(FOREIGN);
            } while (plan.next());
            long rows = Long.parseLong(top.group(1));
            return new Estimate(rows, Math.multiplyExact(rows, Long.parseLong(top.group(2))), isForeign);
        }
    }

    /** Whether a range contains the same records as the same stretch of the whole: each key has a type of PostgreSQL's. */
    boolean areComparable() throws SQLException {
        return keys().stream().allMatch(Key::isComparable);
    }

    /** Cuts the records into at most that many ranges of about equal numbers. Each bound is an existing key. */
    List<RecordRange> cut(LiveSchema live, UserId user, ExportFilters filters, Estimate estimate, int ranges)
            throws SQLException {
        double part = Math.min(1, SAMPLE / Math.max(estimate.rows(), 1));
        double pages = part < 1 ? pages(READ_PER_CHOSEN * part, estimate.rows(), ranges) : 1;
        String sql = "SELECT keys FROM (" + query.sample(live, user, filters, pages, part / pages)
                + ") AS sample (keys, place, total)\n"
                + " WHERE place > 1 AND (place - 1) * ? / total > (place - 2) * ? / total\n"
                + " ORDER BY place";
        List<List<@Nullable String>> keys = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, ranges);
            statement.setInt(2, ranges);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    List<@Nullable String> key =
                            Arrays.asList((String[]) rows.getArray(1).getArray());
                    if (keys.isEmpty() || !keys.get(keys.size() - 1).equals(key)) {
                        keys.add(key);
                    }
                }
            }
        }
        return RecordRange.between(keys);
    }

    /** Which part of the table's pages to sample; 1 if that would not be less to read, or cannot be done. */
    private double pages(double part, long rows, int ranges) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SIZE)) {
            statement.setString(1, query.keyTable().quoted());
            try (ResultSet table = statement.executeQuery()) {
                if (!table.next()) {
                    return 1;
                }
                double enough = Math.max(part, PAGES_PER_RANGE * ranges / table.getDouble(2));
                return enough * table.getDouble(1) <= WORTH_SAMPLING * rows ? Math.min(1, enough) : 1;
            }
        }
    }

    /** Gives the range's keys to the transaction, and returns the SQL condition that reads them. */
    String condition(RecordRange range) throws SQLException {
        List<Key> keys = keys();
        List<String> conditions = new ArrayList<>();
        List<@Nullable String> from = values("from", keys, range.from());
        List<@Nullable String> to = values("to", keys, range.to());
        if (keys.stream().allMatch(Key::isNeverNull)) {
            // One row against another, which an index on the columns can answer.
            if (!from.isEmpty()) {
                conditions.add(rowOf(keys) + " >= " + row(from));
            }
            if (!to.isEmpty()) {
                conditions.add(rowOf(keys) + " < " + row(to));
            }
        } else {
            if (!from.isEmpty()) {
                conditions.add("(" + notLess(keys, from, 0) + ")");
            }
            if (!to.isEmpty()) {
                conditions.add("NOT (" + notLess(keys, to, 0) + ")");
                conditions.addAll(impliedByFirst(keys.get(0), from.isEmpty() ? null : from.get(0), to.get(0)));
            }
        }
        return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
    }

    // What follows from the rest, for an index on the first column. Only the last ranges hold NULL.
    private static List<String> impliedByFirst(Key first, @Nullable String from, @Nullable String to) {
        List<String> conditions = new ArrayList<>();
        if (to != null) {
            conditions.add(DatasetQuery.key(first.column()) + " <= " + to);
            if (from != null) {
                conditions.add(DatasetQuery.key(first.column()) + " >= " + from);
            }
        }
        return conditions;
    }

    private static String rowOf(List<Key> keys) {
        return keys.stream().map(key -> DatasetQuery.key(key.column())).collect(Collectors.joining(", ", "ROW(", ")"));
    }

    private static String row(Collection<@Nullable String> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(", ", "ROW(", ")"));
    }

    /**
     * A column of the order.
     *
     * @param type its base type, as a name in SQL
     */
    private record Key(String column, String type, boolean isComparable, boolean isNeverNull) {}

    private List<Key> keys() throws SQLException {
        List<Key> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
            statement.setString(1, query.keyTable().quoted());
            statement.setArray(2, connection.createArrayOf("text", query.keys().toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(new Key(rows.getString(1), rows.getString(2), rows.getBoolean(3), rows.getBoolean(4)));
                }
            }
        }
        return query.keys().stream()
                .map(column -> found.stream()
                        .filter(key -> key.column().equals(column))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("the table has no column " + column)))
                .toList();
    }

    /** Expressions for the values of a key; null for NULL. */
    private List<@Nullable String> values(String bound, List<Key> keys, List<@Nullable String> key)
            throws SQLException {
        if (key.isEmpty()) {
            return List.of();
        }
        if (key.size() != keys.size()) {
            throw new IllegalArgumentException("the key has " + key.size() + " values of " + keys.size());
        }
        List<@Nullable String> expressions = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT set_config(?, ?, true)")) {
            for (int index = 0; index < keys.size(); index++) {
                String value = key.get(index);
                String setting = "satchel.range_" + bound + "_" + index;
                if (value == null) {
                    expressions.add(null);
                } else {
                    statement.setString(1, setting);
                    statement.setString(2, value);
                    statement.execute();
                    // In a query of its own, which is executed once and not for each row.
                    expressions.add("(SELECT pg_catalog.current_setting('" + setting + "')::"
                            + keys.get(index).type() + ")");
                }
            }
        }
        return expressions;
    }

    private static String notLess(List<Key> keys, List<@Nullable String> values, int index) {
        if (index == keys.size()) {
            return "true";
        }
        String column = DatasetQuery.key(keys.get(index).column());
        String value = values.get(index);
        String rest = notLess(keys, values, index + 1);
        // Of all values, only NULL is not less than NULL, because NULL comes last. The condition is never NULL itself,
        // so that its negation selects the other records.
        return value == null
                ? column + " IS NULL AND (" + rest + ")"
                : column + " IS NULL OR " + column + " > " + value + " OR " + column + " = " + value + " AND (" + rest
                        + ")";
    }
}
