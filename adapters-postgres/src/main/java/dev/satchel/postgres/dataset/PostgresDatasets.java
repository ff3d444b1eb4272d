package dev.satchel.postgres.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.postgres.yaml.YamlFileException;
import dev.satchel.record.Dataset;
import dev.satchel.record.DatasetCatalogue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The datasets that can be exported, and how each is read from PostgreSQL. Immutable.
 *
 * <p>They are read from files, which {@code docs/datasets.md} describes. A service that embeds Satchel provides this
 * as a bean: {@code PostgresDatasets.builtIn().with(Path.of("datasets.yaml"))}.
 */
public final class PostgresDatasets {

    /** The resource with the JSON Schema of the files. */
    static final String JSON_SCHEMA = "datasets.schema.json";

    private static final String BUILT_IN = "datasets.yaml";

    private static final List<String> EXTENSIONS = List.of(".yaml", ".yml");

    private final Supplier<Content> content;

    private PostgresDatasets(Supplier<Content> content) {
        this.content = content;
    }

    /** What files say. */
    private record Content(
            Map<String, DatasetQuery> queries, Map<TableName, String> excludedTables, DatasetCatalogue catalogue) {

        static Content of(Map<String, DatasetQuery> queries, Map<TableName, String> excludedTables) {
            return new Content(
                    Collections.unmodifiableMap(new LinkedHashMap<>(queries)),
                    Collections.unmodifiableMap(new LinkedHashMap<>(excludedTables)),
                    new DatasetCatalogue(
                            queries.values().stream().map(DatasetQuery::dataset).toList()));
        }
    }

    /** Read once in a process, which takes a tenth of a start. */
    private static final class BuiltIn {

        static final Content CONTENT = changed(Map.of(), Map.of(), DatasetFile.parse(BUILT_IN, resource(BUILT_IN)));
    }

    /**
     * The datasets of the application that Satchel was made for, and of Satchel's own tables. They are read when something
     * is first asked of them: a run of exports that finds none asks nothing.
     */
    public static PostgresDatasets builtIn() {
        return new PostgresDatasets(() -> BuiltIn.CONTENT);
    }

    private static String resource(String name) {
        try (@Nullable InputStream file = PostgresDatasets.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The JSON Schema of the files, for editors. */
    public static String jsonSchema() {
        return resource(JSON_SCHEMA);
    }

    /**
     * These datasets with the changes of a file, which adds datasets, replaces those of the same name, or removes
     * them. For a directory, applies all files that end in {@code .yaml} or {@code .yml}, in the order of their names.
     *
     * @throws IllegalArgumentException if a file cannot be read or violates the format; the message names file and
     *     line
     */
    public PostgresDatasets with(Path fileOrDirectory) {
        PostgresDatasets changed = this;
        try {
            for (Path file : files(fileOrDirectory)) {
                changed = changed.with(file.toString(), Files.readString(file));
            }
        } catch (IOException | UncheckedIOException unreadable) {
            throw new YamlFileException(
                    "the datasets in " + fileOrDirectory + " cannot be read: " + unreadable.getMessage());
        }
        return changed;
    }

    private static List<Path> files(Path fileOrDirectory) throws IOException {
        if (!Files.isDirectory(fileOrDirectory)) {
            return List.of(fileOrDirectory);
        }
        try (Stream<Path> files = Files.list(fileOrDirectory)) {
            List<Path> found = files.filter(file -> EXTENSIONS.stream().anyMatch(file.toString()::endsWith))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new YamlFileException("the directory " + fileOrDirectory
                        + " holds no file of datasets: expected names that end in .yaml or .yml");
            }
            return found;
        }
    }

    /**
     * These datasets with the changes of a text in the format of the files.
     *
     * @param name the name of the text in error messages
     * @throws IllegalArgumentException if the text violates the format; the message names the line
     */
    public PostgresDatasets with(String name, String yaml) {
        Content changed = changed(queries(), excludedTables(), DatasetFile.parse(name, yaml));
        return new PostgresDatasets(() -> changed);
    }

    private Map<String, DatasetQuery> queries() {
        return content.get().queries();
    }

    private static Content changed(
            Map<String, DatasetQuery> queries, Map<TableName, String> excludedTables, DatasetFile file) {
        Map<String, DatasetQuery> changed = new LinkedHashMap<>(queries);
        file.entries().forEach((name, query) -> {
            if (query.isPresent()) {
                changed.put(name, query.get());
            } else if (changed.remove(name) == null) {
                throw new YamlFileException("the dataset '" + name
                        + "' cannot be removed, because no dataset has that name: expected one of "
                        + String.join(", ", queries.keySet()));
            }
        });
        Map<TableName, String> excluded = new LinkedHashMap<>(excludedTables);
        excluded.putAll(file.excludedTables());
        return Content.of(changed, excluded);
    }

    /** The datasets by name. */
    public DatasetCatalogue catalogue() {
        return content.get().catalogue();
    }

    /**
     * The tables whose rows belong to users, with the paths to the user, in the format of {@code
     * satchel.count_records()}.
     */
    public String ownedTablesAsJson() {
        return json(all().stream()
                .flatMap(query -> query.owned().stream())
                .distinct()
                .toList());
    }

    /** The names of the tables that the dataset is read from; the main tables come first. */
    public List<String> tableNames(Dataset dataset) {
        Set<TableName> names = new LinkedHashSet<>(of(dataset).relations().homes());
        names.addAll(of(dataset).relations().tables());
        return names.stream().map(TableName::toString).toList();
    }

    /** A description of the dataset in lines of text: tables, columns and excluded columns. */
    public List<String> lines(Dataset dataset) {
        DatasetQuery query = of(dataset);
        List<String> lines = new ArrayList<>();
        lines.add("dataset " + dataset.name() + ": " + dataset.description());
        lines.add("tables " + String.join(", ", tableNames(dataset)));
        query.owned()
                .forEach(owned ->
                        lines.add("rows of " + owned.table() + " where " + owned.condition("record", "the user's id")));
        query.columns()
                .forEach(column -> lines.add("column " + column.column().name() + " ("
                        + column.type().code()
                        + column.column()
                                .knownOrigin()
                                .map(origin -> ", " + origin.code())
                                .orElse("")
                        + ")"
                        + (column.source() == null ? ", computed" : " from " + column.source())));
        query.excluded().forEach((source, reason) -> lines.add("left out " + source + ": " + reason));
        return lines;
    }

    public static String json(List<OwnedTable> owned) {
        return JsonMapper.shared()
                .writeValueAsString(owned.stream().map(OwnedTable::names).toList());
    }

    public DatasetQuery of(Dataset dataset) {
        return find(dataset.name())
                .orElseThrow(() ->
                        new IllegalArgumentException("no file says how to read the dataset '" + dataset.name() + "'"));
    }

    Optional<DatasetQuery> find(String name) {
        return Optional.ofNullable(queries().get(name));
    }

    public List<DatasetQuery> all() {
        return List.copyOf(queries().values());
    }

    /** The tables of these datasets, and those on the paths to their users. */
    public Set<TableName> tables(List<Dataset> datasets) {
        Set<TableName> tables = new TreeSet<>();
        datasets.forEach(dataset -> tables.addAll(of(dataset).tables()));
        return tables;
    }

    /** The tables with users' data that are not exported, each with the reason. */
    public Map<TableName, String> excludedTables() {
        return content.get().excludedTables();
    }

    /** The schemas of the application in which the datasets have tables: {@code public}, and those that files name. */
    public Set<String> schemas() {
        Set<String> schemas = new TreeSet<>();
        schemas.add("public");
        queries().values().forEach(query -> query.relations().tables().forEach(table -> schemas.add(table.schema())));
        excludedTables().keySet().forEach(table -> schemas.add(table.schema()));
        schemas.remove("satchel");
        return schemas;
    }

    /** Every column that is exported or excluded, with a text that says which. */
    public Map<Source, String> registered() {
        Map<Source, String> registered = new LinkedHashMap<>();
        for (DatasetQuery query : queries().values()) {
            for (SourceColumn column : query.columns()) {
                if (column.source() != null) {
                    registered.put(
                            column.source(), "exported in " + query.dataset().name());
                }
            }
            query.excluded().forEach((source, reason) -> registered.put(source, "left out: " + reason));
        }
        return Collections.unmodifiableMap(registered);
    }
}
