package dev.satchel.postgres;

import dev.satchel.UserId;
import dev.satchel.export.Column;
import dev.satchel.export.Dataset;
import dev.satchel.export.ExportFilters;
import dev.satchel.export.Period;
import dev.satchel.postgres.SourceColumn.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How one dataset is read: its columns one by one, what is left out and why, and the one statement.
 *
 * <p>The statement fits itself to the database it meets. A column that the database lacks is left out; a table that it
 * lacks besides the dataset's own is replaced by an empty one, so that the joins still stand. A missing column that the
 * statement is built on, such as the owner, is PostgreSQL's error: without it nobody knows whose a record is.
 */
final class DatasetQuery {

    private static final Pattern TABLE = Pattern.compile("\\bpublic\\.(\\w+)");
    private static final String USER = ":user";

    private final Dataset dataset;
    private final Set<String> homes;
    private final List<SourceColumn> columns;
    private final Map<Source, String> excluded;
    private final Map<String, String> standIns;
    private final Set<String> owned;
    private final String from;
    private final String order;
    private final @Nullable String moment;
    private final @Nullable String difficulty;
    private final @Nullable String phase;

    private DatasetQuery(Definition definition) {
        this.dataset = definition.dataset;
        this.homes = Set.copyOf(definition.homes);
        this.columns = List.copyOf(definition.columns);
        this.excluded = new LinkedHashMap<>(definition.excluded);
        this.standIns = Map.copyOf(definition.standIns);
        this.owned = Set.copyOf(definition.owned);
        this.from = definition.from;
        this.order = definition.order;
        this.moment = definition.moment;
        this.difficulty = definition.difficulty;
        this.phase = definition.phase;
    }

    /** Begins the definition of a dataset that is there as soon as one of its home tables is. */
    static Definition of(Dataset dataset, SourceTable... homes) {
        return new Definition(
                dataset, Arrays.stream(homes).map(SourceTable::name).toList());
    }

    Dataset dataset() {
        return dataset;
    }

    List<SourceColumn> columns() {
        return columns;
    }

    /** The columns that are left out, each with the reason. */
    Map<Source, String> excluded() {
        return excluded;
    }

    /** The tables that the statement reads. */
    Set<String> tables() {
        return TABLE.matcher(from)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The tables without which the dataset is still there. */
    Set<String> dispensableTables() {
        Set<String> dispensable = tables();
        if (homes.size() == 1) {
            dispensable.removeAll(homes);
        }
        return dispensable;
    }

    Set<String> tablesWithStandIn() {
        return standIns.keySet();
    }

    /** The tables of which the user must see every row that is theirs. */
    Set<String> ownedTables() {
        return owned;
    }

    /** Whether the number of records under these filters is the number of the user's rows in the one owned table. */
    boolean countsRowsOf(String table, ExportFilters filters) {
        return owned.equals(Set.of(table))
                && homes.equals(owned)
                && conditions(filters).isEmpty();
    }

    boolean isIn(LiveSchema live) {
        return homes.stream().anyMatch(live::has);
    }

    /** The columns that this database can fill. */
    List<Column> columnsIn(LiveSchema live) {
        return presentIn(live).stream().map(SourceColumn::column).toList();
    }

    private List<SourceColumn> presentIn(LiveSchema live) {
        return columns.stream()
                .filter(column -> column.source() == null || live.has(column.source()))
                .toList();
    }

    /** The statement that reads the user's records from this database. */
    String copy(LiveSchema live, UserId user, ExportFilters filters) {
        String expressions = presentIn(live).stream()
                .map(SourceColumn::expression)
                .collect(Collectors.joining(",\n       ", "SELECT ", "\n"));
        String select = expressions + fittedTo(live) + conditions(filters) + " ORDER BY " + order;
        return "COPY (" + select.replace(USER, SqlLiteral.of(user.value())) + ") TO STDOUT (FORMAT binary)";
    }

    private String fittedTo(LiveSchema live) {
        return TABLE.matcher(from).replaceAll(match -> live.has(match.group(1)) ? match.group() : standIn(match));
    }

    private String standIn(MatchResult match) {
        return "(" + standIns.get(match.group(1)) + " WHERE false)";
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

    private void addPeriod(List<String> conditions, String of, Period days) {
        if (isByDate()) {
            if (days.from() != null) {
                conditions.add(of + " >= " + SqlLiteral.of(days.from()));
            }
            if (days.to() != null) {
                conditions.add(of + " <= " + SqlLiteral.of(days.to()));
            }
        } else {
            days.start().ifPresent(start -> conditions.add(of + " >= " + SqlLiteral.of(start)));
            days.end().ifPresent(end -> conditions.add(of + " < " + SqlLiteral.of(end)));
        }
    }

    // A date belongs to the user's calendar already; the zone of the filter has nothing to say about it.
    private boolean isByDate() {
        return columns.stream()
                .anyMatch(column ->
                        column.expression().equals(moment) && column.column().type() == Column.Type.DATE);
    }

    /** A dataset being defined. */
    static final class Definition {

        private final Dataset dataset;
        private final List<String> homes;
        private final List<SourceColumn> columns = new ArrayList<>();
        private final Map<Source, String> excluded = new LinkedHashMap<>();
        private final Map<String, String> standIns = new LinkedHashMap<>();
        private final Set<String> owned = new TreeSet<>();
        private String from = "";
        private String order = "";
        private @Nullable String moment;
        private @Nullable String difficulty;
        private @Nullable String phase;

        private Definition(Dataset dataset, List<String> homes) {
            this.dataset = dataset;
            this.homes = homes;
        }

        Definition columns(SourceColumn... more) {
            columns.addAll(Arrays.asList(more));
            return this;
        }

        /** Leaves a column out, for a reason that a reader of the export may ask for. */
        Definition without(SourceTable table, String column, String reason) {
            excluded.put(new Source(table.name(), column), reason);
            return this;
        }

        /** What the statement needs of a table that some databases lack, as the SELECT of an empty one. */
        Definition orElse(SourceTable table, String select) {
            standIns.put(table.name(), select);
            return this;
        }

        /** Names the tables of which the user must see every row that is theirs, where they are not the home table. */
        Definition owning(SourceTable... tables) {
            for (SourceTable table : tables) {
                owned.add(table.name());
            }
            return this;
        }

        /** FROM and WHERE; {@code :user} stands for the user's id. */
        Definition from(String fromAndWhere) {
            from = fromAndWhere;
            return this;
        }

        /** The expression that a period chooses by. */
        Definition at(String expression) {
            moment = expression;
            return this;
        }

        Definition difficulty(String expression) {
            difficulty = expression;
            return this;
        }

        Definition phase(String expression) {
            phase = expression;
            return this;
        }

        DatasetQuery orderedBy(String expressions) {
            order = expressions;
            if (owned.isEmpty()) {
                owned.addAll(homes);
            }
            return new DatasetQuery(this);
        }
    }
}
