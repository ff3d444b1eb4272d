package dev.satchel.batchexport.format.check;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;

/** Compares what the manifest inside a file says with what is on record. */
final class ManifestCounts {

    private ManifestCounts() {}

    /**
     * Compares the numbers of records.
     *
     * @param counts of the datasets that are on record
     * @param others whether the manifest also has others
     */
    static void compare(Map<String, Long> counts, boolean others, RecordedFile recorded, FoundContent found) {
        recorded.records().forEach((dataset, expected) -> {
            Long count = counts.get(dataset);
            if (!expected.equals(count)) {
                found.contradiction(dataset, expected + " records", count == null ? "none" : count + " records");
            }
        });
        if (others) {
            found.contradiction("", "no other datasets", "other datasets");
        }
    }

    static void compareSnapshot(String text, RecordedFile recorded, FoundContent found) {
        Instant moment;
        try {
            moment = Instant.parse(text);
        } catch (DateTimeException malformed) {
            found.contradiction("", "the snapshot of " + recorded.snapshotAt(), "no time of a snapshot");
            return;
        }
        if (!moment.equals(recorded.snapshotAt())) {
            found.contradiction("", "the snapshot of " + recorded.snapshotAt(), "that of " + moment);
        }
    }
}
