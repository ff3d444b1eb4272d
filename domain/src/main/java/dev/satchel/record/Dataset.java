package dev.satchel.record;

import dev.satchel.record.Column.Origin;
import dev.satchel.record.ExportFilters.Profile;
import dev.satchel.record.filter.Period;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One table of an exported file: all of a user's records of one kind, with the same columns for each record.
 *
 * @param name the name in files, manifests, messages and {@code export_history.export_type}, for example {@code api_keys}
 * @param description what it holds, in words for the person whose data it is
 * @param filters the filters that a request may apply to its records
 * @param origins where the values of its columns come from; empty if that is unknown of one of them
 * @param isOldestFirst whether each record has a date and the records are in the order of these dates
 */
public record Dataset(
        String name, String description, Set<Filter> filters, Set<Origin> origins, boolean isOldestFirst) {

    /** A property of records by which a request may filter. */
    public enum Filter {
        PERIOD,
        DIFFICULTY,
        PHASE
    }

    /** The name also becomes a file name in a ZIP, so it is limited to safe characters. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,49}");

    /** Windows keeps these names for devices, also with an extension. */
    private static final Pattern DEVICE = Pattern.compile("con|prn|aux|nul|(com|lpt)[0-9]");

    public Dataset {
        if (!NAME.matcher(name).matches() || name.equals(ExportType.ALL)) {
            throw new IllegalArgumentException("'" + name + "' cannot be the name of a dataset: expected at most 50 of"
                    + " a-z, 0-9 and _, beginning with a letter, and not '" + ExportType.ALL + "'");
        }
        if (isDevice(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "' cannot be the name of a dataset, because Windows makes no"
                            + " file of that name: call it otherwise, for example '" + name + "_data'");
        }
        filters = Set.copyOf(filters);
        origins = Set.copyOf(origins);
    }

    /** A dataset whose records are in the order of their dates, if they have any. */
    public Dataset(String name, String description, Set<Filter> filters, Set<Origin> origins) {
        this(name, description, filters, origins, filters.contains(Filter.PERIOD));
    }

    /** A dataset of which it is unknown where its values come from. */
    public Dataset(String name, String description, Set<Filter> filters) {
        this(name, description, filters, Set.of());
    }

    /** Whether Windows makes no file of that name, so that no dataset can have it. */
    public static boolean isDevice(String name) {
        return DEVICE.matcher(name).matches();
    }

    /** Whether the profile holds at least one of its columns. */
    public boolean isIn(Profile profile) {
        return origins.isEmpty() || origins.stream().anyMatch(profile::holds);
    }

    /** Whether each record has a date, so that a {@link Period} can filter the records. */
    public boolean isDated() {
        return filters.contains(Filter.PERIOD);
    }
}
