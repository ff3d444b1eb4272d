package dev.satchel.postgres.dataset;

import dev.satchel.UserId;
import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.record.Column;
import dev.satchel.record.ColumnTypeException;
import dev.satchel.record.ColumnTypeException.Incomparable;
import dev.satchel.record.ColumnTypeException.Mismatch;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.filter.Period;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a dataset is read: its columns, the excluded columns with their reasons, and the SQL statement. Immutable.
 *
 * <p>The statement adapts to the database. A missing column is left out, and a missing table other than the dataset's
 * own is left out or replaced by an empty one. If a column that the statement depends on is missing, such as the
 * owner, PostgreSQL reports an error, because the owner of a record is unknown without it.
 *
 * @param columns in the order of the file
 * @param excluded the excluded columns, each with the reason
 * @param harmless the columns that look like secrets and that the author of the file declares harmless
 * @param relations the FROM and WHERE clauses
 * @param owned the tables in which the user must be able to see every row of their own
 * @param order the ORDER BY expressions
 * @param moment the expression that a period filters by; null if the records have no date
 * @param difficulty the expression of the filter of that name; null without one
 * @param phase the expression of the filter of that name; null without one
 */
public record DatasetQuery(
        Dataset dataset,
        List<SourceColumn> columns,
        Map<Source, String> excluded,
        Set<Source> harmless,
        Relations relations,
        List<OwnedTable> owned,
        String order,
        @Nullable Moment moment,
        @Nullable String difficulty,
        @Nullable String phase) {

    public DatasetQuery {
        columns = List.copyOf(columns);
        excluded = Collections.unmodifiableMap(new LinkedHashMap<>(excluded));
        harmless = Set.copyOf(harmless);
        owned = List.copyOf(owned);
    }

    // OFFSET 0, so that each hash is computed once and not once for each half. docs/datasets.md has this for other
    // programs.
    private static final String HASH = """
            SELECT pg_catalog.count(*),
                   pg_catalog.sum(('x' OPERATOR(pg_catalog.||) pg_catalog.encode(pg_catalog.substr(sha256, 1, 8), 'hex'))
                                  ::pg_catalog.bit(64)::pg_catalog.int8),
                   pg_catalog.sum(('x' OPERATOR(pg_catalog.||) pg_catalog.encode(pg_catalog.substr(sha256, 9, 8), 'hex'))
                                  ::pg_catalog.bit(64)::pg_catalog.int8)
              FROM (SELECT pg_catalog.sha256(pg_catalog.record_send(%s)) AS sha256
            """;

    /**
     * What a period filters by.
     *
     * @param isDate whether the type of the expression is {@code date}
     * @param column the column that it reads; null of an expression, which the database checks
     */
    record Moment(
            String expression, boolean isDate, @Nullable SourceColumn column) {}

    /** The FROM and WHERE clauses of a dataset. */
    public sealed interface Relations permits TableRelations, SqlRelations {

        /** The main tables; if none of them exists, the dataset is absent. */
        List<TableName> homes();

        /** Every table that the statement may read. */
        Set<TableName> tables();

        /** The FROM and WHERE clauses for this database; {@code user} is an SQL expression for the user's id. */
        String fromAndWhere(LiveSchema live, String user);
    }

    /** Whether the database has a table of it, and one of the columns that the profile holds. */
    public boolean isIn(LiveSchema live, ExportFilters filters) {
        return isIn(live) && !presentIn(live, filters).isEmpty();
    }

    public boolean isIn(LiveSchema live) {
        return relations.homes().stream().anyMatch(live::has);
    }

    /**
     * Whether the number of exported records equals the number of the user's rows in {@code table}: there is no other
     * owned table, and no filter applies.
     */
    public boolean countsRowsOf(OwnedTable table, ExportFilters filters) {
        return relations instanceof TableRelations only
                && owned.equals(List.of(table))
                && only.owned().equals(table)
                && conditions(filters).isEmpty();
    }

    /** The columns that exist in this database and that the profile holds. */
    public List<Column> columnsIn(LiveSchema live, ExportFilters filters) {
        return presentIn(live, filters).stream().map(SourceColumn::column).toList();
    }

    /**
     * Refuses to read a column as another type than it has, which would put wrong values into the file, and to compare
     * columns otherwise than their foreign key does, which would select wrong records.
     *
     * @throws ColumnTypeException if such a column exists, and the profile holds it or the period selects by it, or if two
     *     columns cannot be compared; never of a dataset of which the profile holds nothing
     */
    public void requireTypes(LiveSchema live, ExportFilters filters) {
        for (SourceColumn column : isIn(live) ? usedOf(live, filters) : List.<SourceColumn>of()) {
            mismatch(column, live).ifPresent(mismatch -> {
                throw new ColumnTypeException(mismatch);
            });
        }
        if (isIn(live, filters)) {
            incomparable(live).stream().findFirst().ifPresent(incomparable -> {
                throw new ColumnTypeException(incomparable);
            });
        }
    }

    /** The columns that this database compares otherwise than the statement would: of owner paths and lookups. */
    public List<Incomparable> incomparable(LiveSchema live) {
        List<Comparison> comparisons = new ArrayList<>();
        if (isIn(live)) {
            owned.forEach(table -> comparisons.addAll(Comparison.of(table)));
            if (relations instanceof TableRelations table) {
                comparisons.addAll(Comparison.of(table));
            }
        }
        return comparisons.stream()
                .flatMap(comparison -> comparison.problem(live).stream())
                .distinct()
                .toList();
    }

    /** Every table that decides what is read: those of the statement, and those on the paths to the user. */
    Set<TableName> tables() {
        Set<TableName> tables = new TreeSet<>(relations.tables());
        owned.forEach(table -> Comparison.of(table).forEach(comparison -> {
            tables.add(comparison.own().table());
            tables.add(comparison.key().table());
        }));
        return tables;
    }

    // The other filters compare texts, which every type has.
    private List<SourceColumn> usedOf(LiveSchema live, ExportFilters filters) {
        List<SourceColumn> used = new ArrayList<>(presentIn(live, filters));
        if (moment != null && moment.column() != null && filters.days().isPresent()) {
            used.add(moment.column());
        }
        return used;
    }

    /** The columns that this database has with other types than they can be read as. */
    public List<Mismatch> mismatches(LiveSchema live) {
        return (isIn(live) ? columns : List.<SourceColumn>of())
                .stream().flatMap(column -> mismatch(column, live).stream()).toList();
    }

    private static Optional<Mismatch> mismatch(SourceColumn column, LiveSchema live) {
        Source source = column.source();
        return source == null
                ? Optional.empty()
                : live.type(source)
                        .filter(type -> !column.type().reads(type))
                        .map(type -> new Mismatch(
                                source.toString(), type.printed(), column.type().code()));
    }

    private List<SourceColumn> presentIn(LiveSchema live, ExportFilters filters) {
        return columns.stream()
                .filter(column -> column.source() == null || live.has(column.source()))
                .filter(column -> filters.profile().holds(column.column()))
                .toList();
    }

    /** The statement that reads the user's records from this database. */
    public String copy(LiveSchema live, UserId user, ExportFilters filters) {
        return copy(live, user, filters, "");
    }

    /**
     * The statement that reads some of the user's records.
     *
     * @param condition a further SQL condition on the alias {@link TableRelations#ALIAS}; empty for all
     */
    public String copy(LiveSchema live, UserId user, ExportFilters filters, String condition) {
        return "COPY (" + select(live, user, filters, condition) + ") TO STDOUT (FORMAT binary)";
    }

    /** The query inside of {@link #copy}. */
    public String select(LiveSchema live, UserId user, ExportFilters filters) {
        return select(live, user, filters, "");
    }

    private String select(LiveSchema live, UserId user, ExportFilters filters, String condition) {
        String expressions = presentIn(live, filters).stream()
                .map(column -> column.expression(live))
                .collect(Collectors.joining(",\n       ", "SELECT ", "\n"));
        return expressions + rows(live, user, filters, condition) + " ORDER BY " + order;
    }

    private String rows(LiveSchema live, UserId user, ExportFilters filters, String condition) {
        return selected(relations.fromAndWhere(live, SqlLiteral.of(user.value())), filters, condition);
    }

    private String selected(String fromAndWhere, ExportFilters filters, String condition) {
        return fromAndWhere + "\n" + conditions(filters) + (condition.isEmpty() ? "" : "   AND " + condition + "\n");
    }

    /**
     * The columns of the table that order the records, ascending; empty if the order is an expression, so that the
     * records cannot be cut into ranges.
     */
    public List<String> keys() {
        return relations instanceof TableRelations table ? table.keys() : List.of();
    }

    /** The table that {@link #keys} are columns of; only of a dataset that has any. */
    public TableName keyTable() {
        return relations.homes().get(0);
    }

    /** An SQL expression for the column of {@link #keyTable}, inside of {@link #copy} and {@link #sample}. */
    public static String key(String column) {
        return TableName.column(TableRelations.ALIAS, column);
    }

    /**
     * A query for the keys of a random part of the records, each with its place among them and with their number; only of a
     * dataset that has keys.
     *
     * @param pages which part of the table's pages it reads, from 0 to 1; less than 1 only for a table that can be sampled
     * @param part which part of the records in these pages it selects, from 0 to 1
     */
    public String sample(LiveSchema live, UserId user, ExportFilters filters, double pages, double part) {
        if (!(relations instanceof TableRelations table) || keys().isEmpty()) {
            throw new IllegalStateException("the dataset " + dataset.name() + " has no keys");
        }
        String keys = keys().stream().map(DatasetQuery::key).collect(Collectors.joining(", "));
        String texts =
                keys().stream().map(column -> key(column) + "::pg_catalog.text").collect(Collectors.joining(", "));
        String sampling = pages < 1 ? " TABLESAMPLE pg_catalog.system (" + decimal(100 * pages) + ")" : "";
        return "SELECT ARRAY[" + texts + "], pg_catalog.row_number() OVER (ORDER BY " + keys
                + "), pg_catalog.count(*) OVER ()\n"
                + selected(
                        table.fromAndWhere(live, SqlLiteral.of(user.value()), sampling),
                        filters,
                        "pg_catalog.random() < " + decimal(part));
    }

    private static String decimal(double number) {
        return BigDecimal.valueOf(number).toPlainString();
    }

    /** The statement that counts the records that {@link #copy} reads. */
    public String count(LiveSchema live, UserId user, ExportFilters filters) {
        return "SELECT pg_catalog.count(*)\n" + rows(live, user, filters, "");
    }

    /** Names how the records are read: two datasets that read other columns, rows or orders have different ones. */
    public String definition() {
        return List.of(columns, relations, order, String.valueOf(moment), difficulty + "/" + phase)
                .toString();
    }

    /**
     * The statement that computes the hash of the records that {@link #copy} reads: their number, and the two sums of a
     * {@code RecordHash}.
     */
    public String hash(LiveSchema live, UserId user, ExportFilters filters) {
        String values = presentIn(live, filters).stream()
                .map(column -> column.hashed(live))
                .collect(Collectors.joining(",\n       ", "ROW(", ")"));
        return HASH.replace("%s", values) + relations.fromAndWhere(live, SqlLiteral.of(user.value())) + "\n"
                + conditions(filters) + " OFFSET 0) AS hashed";
    }

    private String conditions(ExportFilters filters) {
        List<String> conditions = new ArrayList<>();
        if (moment != null) {
            filters.days().ifPresent(days -> addPeriod(conditions, moment, days));
        }
        if (difficulty != null) {
            filters.difficultyOfWords()
                    .ifPresent(wanted -> conditions.add(difficulty + "::text = " + SqlLiteral.of(wanted)));
        }
        if (phase != null) {
            filters.phaseOfWords().ifPresent(wanted -> conditions.add(phase + "::text = " + SqlLiteral.of(wanted)));
        }
        return conditions.stream()
                .map(condition -> "   AND " + condition + "\n")
                .collect(Collectors.joining());
    }

    // Dates have no time zone, so they are compared with the days of the filter directly.
    private static void addPeriod(List<String> conditions, Moment of, Period days) {
        if (of.isDate()) {
            if (days.from() != null) {
                conditions.add(of.expression() + " >= " + SqlLiteral.of(days.from()));
            }
            if (days.to() != null) {
                conditions.add(of.expression() + " <= " + SqlLiteral.of(days.to()));
            }
        } else {
            days.start().ifPresent(start -> conditions.add(of.expression() + " >= " + SqlLiteral.of(start)));
            days.end().ifPresent(end -> conditions.add(of.expression() + " < " + SqlLiteral.of(end)));
        }
    }
}
