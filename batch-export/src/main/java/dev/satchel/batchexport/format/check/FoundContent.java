package dev.satchel.batchexport.format.check;

import dev.satchel.export.DeliveredFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What readers find in a file. Keeps the names that are on record only: other names may be somebody's data, and as many as
 * the file has records. Used by one thread.
 */
final class FoundContent {

    private final RecordedFile recorded;
    private final Map<String, Long> records = new LinkedHashMap<>();
    private final Map<String, DeliveredFile.Entry> entries = new LinkedHashMap<>();
    private final List<Difference> differences = new ArrayList<>();
    private long otherRecords;
    private long otherEntries;

    FoundContent(RecordedFile recorded) {
        this.recorded = recorded;
    }

    /** There are so many more records of that dataset. */
    void add(String dataset, long count) {
        if (recorded.records().containsKey(dataset)) {
            records.merge(dataset, count, Long::sum);
        } else {
            otherRecords += count;
        }
    }

    /** The archive holds that file. */
    void add(DeliveredFile.Entry entry) {
        if (recorded.entries().containsKey(entry.name())) {
            entries.put(entry.name(), entry);
        } else {
            otherEntries++;
        }
    }

    /** The manifest in the file says something else than the record. */
    void contradiction(String of, String inRecord, String inFile) {
        differences.add(new Difference(Difference.Kind.MANIFEST, of, inRecord, inFile));
    }

    /** How many records of each recorded dataset were found. */
    Map<String, Long> records() {
        return records;
    }

    /** How the content differs from what is on record. */
    List<Difference> differences() {
        List<Difference> all = new ArrayList<>();
        recorded.records().forEach((dataset, expected) -> {
            long found = records.getOrDefault(dataset, 0L);
            if (found != expected) {
                all.add(new Difference(
                        Difference.Kind.RECORDS, dataset, String.valueOf(expected), String.valueOf(found)));
            }
        });
        if (otherRecords > 0) {
            all.add(new Difference(
                    Difference.Kind.RECORDS, "", "no other datasets", otherRecords + " records of other datasets"));
        }
        recorded.entries().forEach((name, expected) -> compare(name, expected, all));
        if (otherEntries > 0) {
            all.add(new Difference(Difference.Kind.ENTRY, "", "no other files", otherEntries + " other files"));
        }
        all.addAll(differences);
        return all;
    }

    private void compare(String name, DeliveredFile.Entry expected, List<Difference> all) {
        DeliveredFile.Entry found = entries.get(name);
        if (found == null) {
            all.add(new Difference(Difference.Kind.ENTRY, name, described(expected), "not there"));
        } else if (!found.equals(expected)) {
            all.add(new Difference(Difference.Kind.ENTRY, name, described(expected), described(found)));
        }
    }

    private static String described(DeliveredFile.Entry entry) {
        return entry.bytes() + " bytes with the SHA-256 " + entry.sha256();
    }
}
