package dev.satchel.postgres.dataset;

import dev.satchel.postgres.dataset.DatasetQuery.Moment;
import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.postgres.dataset.TableRelations.Lookup;
import dev.satchel.postgres.yaml.YamlValue;
import dev.satchel.postgres.yaml.YamlValue.Fields;
import dev.satchel.record.Column.Origin;
import dev.satchel.record.Dataset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One entry of the list of datasets in a {@link DatasetFile}, which it parses. Used by one thread. */
final class DatasetReader {

    private static final List<String> OF_TABLES_ALONE =
            List.of("table", "owner", "date", "difficulty", "phase", "order", "lookups", "excluded");
    /** The key that names the dataset of a line in JSON Lines, so no column can have this name. */
    private static final String RESERVED_COLUMN = "dataset";

    private final YamlValue place;
    private final Fields fields;
    private final String name;
    private final @Nullable Origin origin;
    private final Map<String, SourceColumn> columns = new LinkedHashMap<>();
    private final Map<Source, String> excluded = new LinkedHashMap<>();
    private final Set<Source> harmless = new HashSet<>();

    DatasetReader(YamlValue place) {
        this.place = place;
        this.fields = place.fields("a dataset", DatasetFile.DATASET_KEYS);
        this.name = fields.require("name").text("a name", named -> new Dataset(named, "", Set.of()).name());
        this.origin = fields.find("origin").map(DatasetFile::origin).orElse(null);
    }

    String name() {
        return name;
    }

    Optional<DatasetQuery> query() {
        Optional<YamlValue> remove = fields.find("remove");
        if (remove.isPresent() && remove.get().truth("remove")) {
            if (fields.values().size() > 2) {
                throw place.error("the dataset '" + name + "' is removed: expected no key but name and remove");
            }
            return Optional.empty();
        }
        return Optional.of(fields.find("sql").isPresent() ? ofSql() : ofTable());
    }

    private DatasetQuery ofTable() {
        TableName table = DatasetFile.table(fields.require("table"));
        OwnedTable own = new OwnedTable(table, DatasetFile.owners(fields.require("owner")));
        readColumns(fields.require("columns"), table, TableRelations.ALIAS);
        readExcluded(fields.find("excluded"), table);
        List<Lookup> lookups = new ArrayList<>();
        fields.find("lookups")
                .ifPresent(list -> list.list("a list of lookups")
                        .forEach(each -> lookups.add(lookup(each, TableRelations.alias(lookups.size())))));
        refuseBoth();
        Optional<Moment> moment = fields.find("date").map(date -> moment(date, table));
        List<String> keys = fields.require("order").texts("columns to order by");
        String order = keys.stream()
                .map(column -> TableName.column(TableRelations.ALIAS, column))
                .collect(Collectors.joining(", "));
        return query(
                new TableRelations(own, lookups, keys),
                owned(List.of(own)),
                order,
                moment.orElse(null),
                fields.find("date")
                        .filter(date -> keys.indexOf(date.text("a column")) == 0)
                        .isPresent(),
                column("difficulty"),
                column("phase"));
    }

    private @Nullable String column(String key) {
        return fields.find(key)
                .map(value -> TableName.column(TableRelations.ALIAS, value.text("a column")))
                .orElse(null);
    }

    private DatasetQuery query(
            DatasetQuery.Relations relations,
            List<OwnedTable> owned,
            String order,
            @Nullable Moment moment,
            boolean isOldestFirst,
            @Nullable String difficulty,
            @Nullable String phase) {
        EnumSet<Dataset.Filter> filters = EnumSet.noneOf(Dataset.Filter.class);
        if (moment != null) {
            filters.add(Dataset.Filter.PERIOD);
        }
        if (difficulty != null) {
            filters.add(Dataset.Filter.DIFFICULTY);
        }
        if (phase != null) {
            filters.add(Dataset.Filter.PHASE);
        }
        String description = fields.find("description")
                .map(text -> text.text("a description"))
                .orElseGet(() -> name.replace('_', ' '));
        return new DatasetQuery(
                new Dataset(name, description, filters, origins(), isOldestFirst),
                List.copyOf(columns.values()),
                excluded,
                harmless,
                relations,
                owned,
                order,
                moment,
                difficulty,
                phase);
    }

    private Set<Origin> origins() {
        EnumSet<Origin> origins = EnumSet.noneOf(Origin.class);
        for (SourceColumn column : columns.values()) {
            Origin known = column.column().origin();
            if (known == null) {
                return Set.of();
            }
            origins.add(known);
        }
        return origins;
    }

    private @Nullable Origin origin(Fields column) {
        return column.find("origin").map(DatasetFile::origin).orElse(origin);
    }

    private List<OwnedTable> owned(List<OwnedTable> otherwise) {
        return fields.find("owned")
                .map(list -> list.list("a list of tables with their owners").stream()
                        .map(each -> each.fields("an owned table", DatasetFile.OWNED_KEYS))
                        .map(each -> new OwnedTable(
                                DatasetFile.table(each.require("table")), DatasetFile.owners(each.require("owner"))))
                        .toList())
                .orElse(otherwise);
    }

    private void readColumns(YamlValue list, TableName table, String alias) {
        list.mapping("columns, each with its type").forEach((column, value) -> {
            if (value.isText()) {
                add(value, SourceColumn.of(column, DatasetFile.type(value), origin, alias, new Source(table, column)));
            } else {
                Fields given = value.fields("a column", DatasetFile.TABLE_COLUMN_KEYS);
                Source source = new Source(
                        table,
                        given.find("column")
                                .map(name -> name.text("a column of the table"))
                                .orElse(column));
                readSecret(given, source);
                add(
                        value,
                        SourceColumn.of(column, DatasetFile.type(given.require("type")), origin(given), alias, source));
            }
        });
    }

    private void readSecret(Fields given, Source source) {
        given.find("secret").ifPresent(secret -> {
            if (secret.truth("secret")) {
                throw secret.error("a secret is never exported: move the column to 'excluded', with the reason");
            }
            harmless.add(source);
        });
    }

    private void add(YamlValue at, SourceColumn column) {
        String called = column.column().name();
        if (called.equals(RESERVED_COLUMN)) {
            throw at.error("a column of a file cannot be called '" + RESERVED_COLUMN
                    + "', which names the dataset in JSON Lines: call it otherwise, as in 'dataset_: {column: "
                    + RESERVED_COLUMN + ", type: text}'");
        }
        if (columns.put(called, column) != null) {
            throw at.error("the dataset '" + name + "' has two columns called '" + called + "'");
        }
    }

    private void readExcluded(Optional<YamlValue> value, TableName table) {
        value.ifPresent(columns -> columns.mapping("columns, each with the reason why it is left out")
                .forEach((column, reason) -> excluded.put(new Source(table, column), DatasetFile.reason(reason))));
    }

    private void refuseBoth() {
        for (SourceColumn column : columns.values()) {
            if (column.source() != null && excluded.containsKey(column.source())) {
                throw place.error("the column " + column.source() + " is exported and left out: take out one of both");
            }
        }
    }

    private Lookup lookup(YamlValue value, String alias) {
        Fields given = value.fields("a lookup", DatasetFile.LOOKUP_KEYS);
        TableName table = DatasetFile.table(given.require("table"));
        readColumns(given.require("columns"), table, alias);
        readExcluded(given.find("excluded"), table);
        Map<String, String> on = new LinkedHashMap<>();
        given.require("on")
                .mapping("columns of the dataset's table, each with the column it is equal to")
                .forEach((own, other) -> on.put(own, other.text("a column of " + table)));
        if (on.isEmpty()) {
            throw value.error("a lookup needs a column in 'on'");
        }
        return new Lookup(table, on);
    }

    private Moment moment(YamlValue date, TableName table) {
        Source source = new Source(table, date.text("a column"));
        SourceColumn column = columns.values().stream()
                .filter(each -> source.equals(each.source()))
                .findFirst()
                .orElseThrow(() -> date.error("the date '" + source.column() + "' is not one of the columns"));
        String value = TableName.column(TableRelations.ALIAS, source.column());
        return switch (column.type()) {
            case DATE -> new Moment(value, true, column);
            case TIMESTAMPTZ -> new Moment(value, false, column);
            case TIMESTAMP -> new Moment("(" + value + " AT TIME ZONE 'UTC')", false, column);
            default ->
                throw date.error("the date '" + source.column() + "' has the type "
                        + column.type().code()
                        + ": expected date, timestamptz or timestamp");
        };
    }

    private DatasetQuery ofSql() {
        for (String key : OF_TABLES_ALONE) {
            fields.find(key).ifPresent(value -> {
                throw value.error("a dataset of 'sql' has no '" + key + "' beside it: say it inside");
            });
        }
        Fields sql = fields.require("sql").fields("sql", DatasetFile.SQL_KEYS);
        Map<String, SqlRelations.SqlTable> tables = new LinkedHashMap<>();
        sql.require("tables")
                .mapping("the tables of the statement, by the names it uses")
                .forEach((alias, value) -> tables.put(alias, sqlTable(value)));
        fields.require("columns")
                .mapping("columns, each with what it is read from")
                .forEach((column, value) -> add(value, sqlColumn(column, value, tables)));
        refuseBoth();
        YamlValue from = sql.require("from");
        for (String used : SqlRelations.placeholders(from.text("FROM and WHERE"))) {
            known(from, used, tables.keySet(), true);
        }
        YamlValue homes = sql.require("homes");
        homes.texts("names of tables").forEach(home -> known(homes, home, tables.keySet(), false));
        fields.require("owned");
        String order = sql.require("order").text("the expressions to order by");
        Optional<String> date = sql.find("date").map(value -> value.text("an expression"));
        return query(
                new SqlRelations(from.text("FROM and WHERE"), tables, homes.texts("names of tables")),
                owned(List.of()),
                order,
                date.map(expression -> new Moment(expression, false, null)).orElse(null),
                date.filter(expression -> (order + ",").startsWith(expression + ","))
                        .isPresent(),
                expression(sql, "difficulty"),
                expression(sql, "phase"));
    }

    private static @Nullable String expression(Fields sql, String key) {
        return sql.find(key).map(value -> value.text("an expression")).orElse(null);
    }

    private SqlRelations.SqlTable sqlTable(YamlValue value) {
        Fields given = value.fields("a table of the statement", DatasetFile.SQL_TABLE_KEYS);
        TableName table = DatasetFile.table(given.require("table"));
        readExcluded(given.find("excluded"), table);
        Map<String, SourceType> empty = new LinkedHashMap<>();
        given.require("empty")
                .mapping("the columns that the statement needs, each with its type")
                .forEach((column, type) -> empty.put(column, DatasetFile.type(type)));
        return new SqlRelations.SqlTable(table, empty);
    }

    private SourceColumn sqlColumn(String column, YamlValue value, Map<String, SqlRelations.SqlTable> tables) {
        Fields given = value.fields("a column", DatasetFile.COLUMN_KEYS);
        SourceType type = DatasetFile.type(given.require("type"));
        Optional<YamlValue> expression = given.find("expression");
        if (expression.isPresent()) {
            return SourceColumn.computed(
                    column, type, origin(given), expression.get().text("an expression"));
        }
        YamlValue of = given.require("of");
        String alias = of.text("the name of a table");
        known(of, alias, tables.keySet(), false);
        SqlRelations.SqlTable table = tables.get(alias);
        Source source = new Source(
                table == null ? TableName.parse(alias) : table.table(),
                given.find("column")
                        .map(name -> name.text("a column of the table"))
                        .orElse(column));
        readSecret(given, source);
        SourceColumn read = SourceColumn.of(column, type, origin(given), alias, source);
        return given.find("when")
                .map(when -> read.where(when.text("a condition")))
                .orElse(read);
    }

    private static void known(YamlValue place, String used, Set<String> names, boolean orUser) {
        Set<String> allowed = new LinkedHashSet<>(names);
        if (orUser) {
            allowed.add(SqlRelations.USER);
        }
        if (!allowed.contains(used)) {
            throw place.error(
                    "the statement has no table '" + used + "': expected one of " + String.join(", ", allowed));
        }
    }
}
