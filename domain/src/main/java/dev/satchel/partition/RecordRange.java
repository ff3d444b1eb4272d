package dev.satchel.partition;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a dataset from one key to the next, in the order of the file. Immutable.
 *
 * <p>A key is the text of each column that the dataset is ordered by; a column may be NULL. Records with equal keys are in
 * the same range.
 *
 * @param from the least key in the range; empty for the range that begins with the first record
 * @param to the least key after the range; empty for the range that ends with the last record
 */
public record RecordRange(List<@Nullable String> from, List<@Nullable String> to) {

    // Not the short form, in whose class file the annotations of types are missing.
    public RecordRange(List<@Nullable String> from, List<@Nullable String> to) {
        this.from = unmodifiable(from);
        this.to = unmodifiable(to);
    }

    private static List<@Nullable String> unmodifiable(List<@Nullable String> key) {
        return Collections.unmodifiableList(new ArrayList<>(key));
    }

    /** The ranges between these keys, which ascend: one range more than keys. */
    public static List<RecordRange> between(List<List<@Nullable String>> keys) {
        List<RecordRange> ranges = new ArrayList<>();
        List<@Nullable String> from = List.of();
        for (List<@Nullable String> key : keys) {
            ranges.add(new RecordRange(from, key));
            from = key;
        }
        ranges.add(new RecordRange(from, List.of()));
        return ranges;
    }
}
