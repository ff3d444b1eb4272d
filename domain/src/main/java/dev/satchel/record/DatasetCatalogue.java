package dev.satchel.record;

import dev.satchel.Codes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The datasets that can be exported, in the order in which an export of everything holds them. Immutable. */
public final class DatasetCatalogue {

    private final Map<String, Dataset> datasets = new LinkedHashMap<>();
    private final ExportType all;

    /** @throws IllegalArgumentException if the list is empty, or two datasets have the same name */
    public DatasetCatalogue(List<Dataset> datasets) {
        for (Dataset dataset : datasets) {
            if (this.datasets.put(dataset.name(), dataset) != null) {
                throw new IllegalArgumentException("two datasets have the name '" + dataset.name() + "'");
            }
        }
        this.all = new ExportType(ExportType.ALL, datasets);
    }

    public List<Dataset> datasets() {
        return all.datasets();
    }

    /** The dataset of that name. */
    public Optional<Dataset> find(String name) {
        return Optional.ofNullable(datasets.get(name));
    }

    /**
     * The export type of that name.
     *
     * @throws IllegalArgumentException if no type has that name; the message lists the names that exist
     */
    public ExportType type(String name) {
        return Codes.find("export type", name, types().toArray(ExportType[]::new), ExportType::name);
    }

    /** One type for each dataset, then the type {@code all}. */
    public List<ExportType> types() {
        List<ExportType> types = new ArrayList<>();
        datasets().forEach(dataset -> types.add(ExportType.of(dataset)));
        types.add(all);
        return types;
    }

    /** The names of the datasets, separated by commas. */
    public String names() {
        return String.join(", ", datasets.keySet());
    }
}
