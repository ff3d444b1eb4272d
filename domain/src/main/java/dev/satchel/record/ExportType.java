package dev.satchel.record;

import java.util.List;

/**
 * The data that an export holds: one dataset, or all of them. Stored in {@code export_history.export_type}.
 *
 * @param name the name in the database and on the command line: a dataset's, or {@link #ALL}
 * @param datasets what it holds, in the order of the file
 */
public record ExportType(String name, List<Dataset> datasets) {

    /** The name of the type that holds every dataset. */
    public static final String ALL = "all";

    public ExportType {
        datasets = List.copyOf(datasets);
        if (datasets.isEmpty()) {
            throw new IllegalArgumentException("the export type '" + name + "' holds no dataset");
        }
    }

    /** The type that holds this dataset alone. */
    public static ExportType of(Dataset dataset) {
        return new ExportType(dataset.name(), List.of(dataset));
    }

    /**
     * Whether this is the type {@code all}, whose file always has a table per dataset, even if the catalogue holds
     * only one.
     */
    public boolean isAll() {
        return name.equals(ALL);
    }

    /** Whether at least one of the datasets supports the filter. */
    public boolean hasFilter(Dataset.Filter filter) {
        return datasets.stream().anyMatch(dataset -> dataset.filters().contains(filter));
    }
}
