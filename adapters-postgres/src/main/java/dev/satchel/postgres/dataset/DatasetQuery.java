package dev.satchel.postgres.dataset;

import dev.satchel.UserId;
import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.Period;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How one dataset is read: its columns one by one, what is left out and why, and the one statement.
 *
 * <p>The statement fits itself to the database it meets. A column that the database lacks is left out; a table that it
 * lacks besides the dataset's own is left out or replaced by an empty one. A missing column that the statement is built
 * on, such as the owner, is PostgreSQL's error: without it nobody knows whose a record is.
 *
 * @param columns in the order of the file
 * @param excluded the columns that are left out, each with the reason
 * @param harmless the columns that look like secrets and are none, as the author of the file says
 * @param relations where the records come from
 * @param owned the tables of which the user must see every row that is theirs
 * @param order the expressions that the records are in order of
 * @param moment the expression that a period chooses by; null where the records have no moment
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

    /** What a period chooses by. */
    record Moment(String expression, boolean isDate) {}

    /** Where the records of a dataset come from: FROM and WHERE. */
    public sealed interface Relations permits TableRelations, SqlRelations {

        /** The tables without all of which the dataset is absent. */
        List<TableName> homes();

        /** Every table that the statement may read. */
        Set<TableName> tables();

        /** FROM and WHERE for this database; {@code user} is an expression. */
        String fromAndWhere(LiveSchema live, String user);
    }

    public boolean isIn(LiveSchema live) {
        return relations.homes().stream().anyMatch(live::has);
    }

    /** Whether the number of records under these filters is the number of the user's rows in the one owned table. */
    public boolean countsRowsOf(OwnedTable table, ExportFilters filters) {
        return relations instanceof TableRelations only
                && owned.equals(List.of(table))
                && only.owned().equals(table)
                && conditions(filters).isEmpty();
    }

    /** The columns that this database can fill. */
    public List<Column> columnsIn(LiveSchema live) {
        return presentIn(live).stream().map(SourceColumn::column).toList();
    }

    private List<SourceColumn> presentIn(LiveSchema live) {
        return columns.stream()
                .filter(column -> column.source() == null || live.has(column.source()))
                .toList();
    }

    /** The statement that reads the user's records from this database. */
    public String copy(LiveSchema live, UserId user, ExportFilters filters) {
        return "COPY (" + select(live, user, filters) + ") TO STDOUT (FORMAT binary)";
    }

    /** The query in it. */
    public String select(LiveSchema live, UserId user, ExportFilters filters) {
        String expressions = presentIn(live).stream()
                .map(SourceColumn::expression)
                .collect(Collectors.joining(",\n       ", "SELECT ", "\n"));
        return expressions + relations.fromAndWhere(live, SqlLiteral.of(user.value())) + "\n" + conditions(filters)
                + " ORDER BY " + order;
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

    // A date belongs to the user's calendar already; the zone of the filter has nothing to say about it.
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
