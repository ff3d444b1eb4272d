package dev.satchel.record;

import dev.satchel.UserId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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
     * @param records how many records of each dataset were pushed, in the order in which they were
     * @param absent the datasets that the database has no table for; nothing of them was pushed
     * @param schemaVersion of Satchel's tables in that database
     * @param hidden what is the user's and was not pushed, because row security does not show it to them
     */
    record Snapshot(
            Instant takenAt,
            Map<Dataset, Long> records,
            List<Dataset> absent,
            String schemaVersion,
            List<HiddenRecords> hidden) {

        public Snapshot {
            records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
            absent = List.copyOf(absent);
            hidden = List.copyOf(hidden);
        }

        public Snapshot(Instant takenAt, Map<Dataset, Long> records, List<Dataset> absent, String schemaVersion) {
            this(takenAt, records, absent, schemaVersion, List.of());
        }

        /**
         * This snapshot, with the reason for which each gap is accepted.
         *
         * @throws HiddenRecordsException if records of another dataset are hidden
         */
        public Snapshot accepting(Map<Dataset, String> reasons) {
            List<HiddenRecords> accepted = new ArrayList<>();
            for (HiddenRecords gap : hidden) {
                String reason = reasons.get(gap.dataset());
                if (reason == null) {
                    throw new HiddenRecordsException(gap);
                }
                accepted.add(new HiddenRecords(gap.dataset(), gap.table(), gap.records(), gap.of(), reason));
            }
            return new Snapshot(takenAt, records, absent, schemaVersion, accepted);
        }
    }
}
