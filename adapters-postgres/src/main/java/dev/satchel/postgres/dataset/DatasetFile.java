package dev.satchel.postgres.dataset;

import dev.satchel.Codes;
import dev.satchel.postgres.yaml.YamlFileException;
import dev.satchel.postgres.yaml.YamlValue;
import dev.satchel.postgres.yaml.YamlValue.Fields;
import dev.satchel.record.Column.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The content of one file of datasets, in the order of the file.
 *
 * <p>{@code docs/datasets.md} describes the format, and {@code datasets.schema.json} describes it for editors. Parsing
 * is strict: an unknown key, a duplicate key or a value of the wrong kind is an error with file, line and column.
 *
 * @param entries the datasets by name; empty if the file removes the dataset
 * @param excludedTables the tables that are not exported, each with the reason
 */
record DatasetFile(Map<String, Optional<DatasetQuery>> entries, Map<TableName, String> excludedTables) {

    static final List<String> FILE_KEYS = List.of("datasets", "excluded_tables");
    static final List<String> DATASET_KEYS = List.of(
            "name",
            "description",
            "origin",
            "remove",
            "table",
            "owner",
            "date",
            "difficulty",
            "phase",
            "order",
            "columns",
            "lookups",
            "excluded",
            "owned",
            "sql");
    static final List<String> OWNER_KEYS = List.of("column", "via");
    static final List<String> STEP_KEYS = List.of("columns", "table", "key");
    static final List<String> COLUMN_KEYS = List.of("type", "column", "secret", "of", "when", "expression", "origin");
    static final List<String> TABLE_COLUMN_KEYS = List.of("type", "column", "secret", "origin");
    static final List<String> LOOKUP_KEYS = List.of("table", "on", "columns", "excluded");
    static final List<String> OWNED_KEYS = List.of("table", "owner");
    static final List<String> SQL_KEYS = List.of("from", "tables", "homes", "order", "date", "difficulty", "phase");
    static final List<String> SQL_TABLE_KEYS = List.of("table", "empty", "excluded");

    /** @throws YamlFileException if the text violates the format */
    static DatasetFile parse(String file, String text) {
        YamlValue root = YamlValue.parse(file, text, "a list 'datasets'");
        Fields fields = root.fields("a file with the keys " + String.join(" and ", FILE_KEYS), FILE_KEYS);
        Map<String, Optional<DatasetQuery>> entries = new LinkedHashMap<>();
        fields.find("datasets")
                .ifPresent(list -> list.list("a list of datasets").forEach(each -> {
                    DatasetReader entry = new DatasetReader(each);
                    if (entries.put(entry.name(), entry.query()) != null) {
                        throw each.error(
                                "the dataset '" + entry.name() + "' is in this file twice: remove one of them");
                    }
                }));
        Map<TableName, String> excluded = new LinkedHashMap<>();
        fields.find("excluded_tables")
                .ifPresent(tables -> tables.mapping("tables, each with the reason why no dataset holds it")
                        .forEach((table, reason) -> excluded.put(tableName(reason, table), reason(reason))));
        return new DatasetFile(entries, excluded);
    }

    private static TableName tableName(YamlValue place, String name) {
        try {
            return TableName.parse(name);
        } catch (IllegalArgumentException malformed) {
            throw place.error(String.valueOf(malformed.getMessage()));
        }
    }

    static TableName table(YamlValue value) {
        return value.text("the name of a table, such as public.orders", TableName::parse);
    }

    static String reason(YamlValue value) {
        return value.text("the reason why it is left out");
    }

    static SourceType type(YamlValue value) {
        return value.text(
                "a type",
                key -> SourceType.find(key)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "the type '" + key + "' is unknown: expected one of " + SourceType.names())));
    }

    static Origin origin(YamlValue value) {
        return value.text("an origin", code -> Codes.find("origin", code, Origin.values(), Origin::code));
    }

    static List<OwnerPath> owners(YamlValue value) {
        return value.isList()
                ? value.list("a list of owners").stream()
                        .map(DatasetFile::owner)
                        .toList()
                : List.of(owner(value));
    }

    private static OwnerPath owner(YamlValue value) {
        if (value.isText()) {
            return new OwnerPath(List.of(), value.text("a column"));
        }
        Fields fields = value.fields("an owner", OWNER_KEYS);
        List<OwnerPath.Step> steps = fields.find("via")
                .map(via -> via.list("a list of steps").stream()
                        .map(DatasetFile::step)
                        .toList())
                .orElse(List.of());
        return new OwnerPath(steps, fields.require("column").text("a column"));
    }

    private static OwnerPath.Step step(YamlValue value) {
        Fields fields = value.fields("a step", STEP_KEYS);
        try {
            return new OwnerPath.Step(
                    fields.require("columns").texts("columns"),
                    table(fields.require("table")),
                    fields.require("key").texts("columns"));
        } catch (YamlFileException placed) {
            throw placed;
        } catch (IllegalArgumentException refused) {
            throw value.error(String.valueOf(refused.getMessage()));
        }
    }
}
