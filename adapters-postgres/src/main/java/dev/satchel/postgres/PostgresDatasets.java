package dev.satchel.postgres;

import dev.satchel.export.Dataset;
import dev.satchel.export.DatasetCatalogue;
import dev.satchel.postgres.SourceColumn.Source;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The datasets that exports hold, and how each is read from PostgreSQL. Immutable. */
public final class PostgresDatasets {

    private final Map<String, DatasetQuery> queries = new LinkedHashMap<>();
    private final Map<String, String> excludedTables;

    PostgresDatasets(List<DatasetQuery> queries, Map<String, String> excludedTables) {
        queries.forEach(query -> this.queries.put(query.dataset().name(), query));
        this.excludedTables = Collections.unmodifiableMap(new LinkedHashMap<>(excludedTables));
    }

    /** Those of the application that Satchel was made for. */
    public static PostgresDatasets builtIn() {
        return new PostgresDatasets(Datasets.all(), Datasets.leftOutOfSatchel());
    }

    /** The datasets by name. */
    public DatasetCatalogue catalogue() {
        return new DatasetCatalogue(all().stream().map(DatasetQuery::dataset).toList());
    }

    DatasetQuery of(Dataset dataset) {
        DatasetQuery query = queries.get(dataset.name());
        if (query == null) {
            throw new IllegalArgumentException("no file says how to read the dataset '" + dataset.name() + "'");
        }
        return query;
    }

    List<DatasetQuery> all() {
        return List.copyOf(queries.values());
    }

    /** The tables of these datasets. */
    Set<String> tables(List<Dataset> datasets) {
        Set<String> tables = new TreeSet<>();
        datasets.forEach(dataset -> tables.addAll(of(dataset).tables()));
        return tables;
    }

    /** Tables with data of users that no dataset holds, each with the reason. */
    Map<String, String> excludedTables() {
        return excludedTables;
    }

    /** Every column that is exported or left out with a reason, and what becomes of it. */
    Map<Source, String> registered() {
        Map<Source, String> registered = new LinkedHashMap<>();
        for (DatasetQuery query : queries.values()) {
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
