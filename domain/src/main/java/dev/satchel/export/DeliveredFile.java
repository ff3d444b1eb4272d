package dev.satchel.export;

import dev.satchel.record.Dataset;
import dev.satchel.record.HiddenRecords;
import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A published file and its manifest, which allows checking the file later without the database that it came from.
 * Immutable.
 *
 * @param location where the store keeps it, for example {@code s3://bucket/key}; never a presigned link
 * @param bytes the exact size of the stored object
 * @param sha256 of the stored object, in lower-case hexadecimal
 * @param snapshotAt when the snapshot that the file holds was taken
 * @param schemaVersion of Satchel's tables in the database it came from
 * @param records the number of records of each dataset in the file, without datasets whose table the database lacks
 * @param absent the datasets of the type whose table the database lacks
 * @param hidden the records that are missing in the file because row-level security hides them from their user
 * @param entries the files inside, if the stored object is an archive; otherwise empty
 * @param hashes the {@code RecordHash} of each dataset that PostgreSQL computed, as text; empty unless the format needs it
 * @param readings in how many parts each dataset was read; empty unless the worker divides large exports
 */
public record DeliveredFile(
        URI location,
        String contentType,
        long bytes,
        String sha256,
        Instant snapshotAt,
        String schemaVersion,
        Map<Dataset, Long> records,
        List<Dataset> absent,
        List<HiddenRecords> hidden,
        List<Entry> entries,
        Map<Dataset, String> hashes,
        List<Reading> readings) {

    public DeliveredFile {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative, was " + bytes);
        }
        records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
        absent = List.copyOf(absent);
        hidden = List.copyOf(hidden);
        entries = List.copyOf(entries);
        hashes = Collections.unmodifiableMap(new LinkedHashMap<>(hashes));
        readings = List.copyOf(readings);
    }

    /** A file in which no records are missing. */
    public DeliveredFile(
            URI location,
            String contentType,
            long bytes,
            String sha256,
            Instant snapshotAt,
            String schemaVersion,
            Map<Dataset, Long> records,
            List<Dataset> absent,
            List<Entry> entries) {
        this(
                location,
                contentType,
                bytes,
                sha256,
                snapshotAt,
                schemaVersion,
                records,
                absent,
                List.of(),
                entries,
                Map.of(),
                List.of());
    }

    /** The number of records of all datasets. */
    public long recordCount() {
        return records.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * One file inside an archive.
     *
     * @param bytes its size before compression
     * @param sha256 of those bytes, in lower-case hexadecimal
     */
    public record Entry(String name, long bytes, String sha256) {}

    /**
     * In how many parts the records of a dataset were read, and the sizes that decided it. It says nothing about the bytes of
     * the file, which are the same however many parts there were.
     *
     * @param parts one if the dataset was read whole
     * @param estimatedBytes the size of the records as the database estimated it before they were read
     * @param above the size above which the worker divides a dataset
     */
    public record Reading(Dataset dataset, int parts, long estimatedBytes, long above) {}
}
