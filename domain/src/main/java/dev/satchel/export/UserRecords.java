package dev.satchel.export;

import dev.satchel.UserId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Reads a user's records where the application keeps them. Safe for use by many threads. */
public interface UserRecords {

    /**
     * Pushes the user's records of each dataset into {@code sink}, in the order given, as they all were at one moment.
     *
     * <p>Reads with the user's own rights, and never a record of anybody else. Holds a few kilobytes, whatever the
     * number of records. An exception of the sink ends the reading and is passed on as it is.
     *
     * @throws SnapshotTooOldException if reading took longer than a snapshot may be held open
     */
    Snapshot read(UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink) throws IOException;

    /**
     * What was read.
     *
     * @param takenAt the moment whose data was read
     * @param records how many records of each dataset were pushed
     * @param absent the datasets that the database has no table for; nothing of them was pushed
     * @param schemaVersion of Satchel's tables in that database
     */
    record Snapshot(Instant takenAt, Map<Dataset, Long> records, List<Dataset> absent, String schemaVersion) {

        public Snapshot {
            records = Map.copyOf(records);
            absent = List.copyOf(absent);
        }
    }
}
