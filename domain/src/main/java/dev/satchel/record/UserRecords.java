package dev.satchel.record;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a user's records from the application's tables. Safe for use by many threads. */
public interface UserRecords {

    /**
     * Pushes the user's records of each dataset into {@code sink}, in the order of {@code datasets}. All come from one
     * snapshot of the database. Columns that the profile of the filters does not hold are not pushed, nor are datasets of
     * which it holds no column.
     *
     * <p>The rows are read with the user's own rights, and another user's rows never reach the sink. Memory use does
     * not grow with the number of records. An exception of the sink ends the reading and is thrown to the caller
     * unchanged.
     *
     * @param signal ends the reading from another thread, whatever it waits for
     * @throws SnapshotTooOldException if reading took longer than a snapshot may stay open
     * @throws java.util.concurrent.CancellationException if the signal was given, or what the database or the sink
     *     throws because of it
     */
    Snapshot read(UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink, AbortSignal signal)
            throws IOException;

    /**
     * The result of a reading.
     *
     * @param takenAt when the snapshot was taken
     * @param records how many records of each dataset were pushed, in the order of pushing
     * @param absent the datasets whose table does not exist in this database; none of their records was pushed
     * @param schemaVersion the version of Satchel's tables in that database
     * @param hidden the user's records that were not pushed, because row-level security hides them from the user
     * @param hashes the {@code RecordHash} of the records of each dataset, as text; empty unless the sink needs it
     */
    record Snapshot(
            Instant takenAt,
            Map<Dataset, Long> records,
            List<Dataset> absent,
            String schemaVersion,
            List<HiddenRecords> hidden,
            Map<Dataset, String> hashes) {

        public Snapshot {
            records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
            absent = List.copyOf(absent);
            hidden = List.copyOf(hidden);
            hashes = Collections.unmodifiableMap(new LinkedHashMap<>(hashes));
        }

        public Snapshot(
                Instant takenAt,
                Map<Dataset, Long> records,
                List<Dataset> absent,
                String schemaVersion,
                List<HiddenRecords> hidden) {
            this(takenAt, records, absent, schemaVersion, hidden, Map.of());
        }

        public Snapshot(Instant takenAt, Map<Dataset, Long> records, List<Dataset> absent, String schemaVersion) {
            this(takenAt, records, absent, schemaVersion, List.of());
        }

        /**
         * This snapshot with the operator's reason for accepting each gap.
         *
         * @throws HiddenRecordsException if records are hidden in a dataset for which {@code reasons} has no entry
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
            return new Snapshot(takenAt, records, absent, schemaVersion, accepted, hashes);
        }
    }

    /** Is told when a dataset is read, once per dataset and never per record. Safe for use by many threads. */
    @FunctionalInterface
    interface Observer {

        /** Observes nothing. */
        Observer NONE = dataset -> () -> {};

        /** The reading of a dataset begins in this thread. */
        Observed begins(Dataset dataset);
    }

    /** A dataset that is being read. */
    @FunctionalInterface
    interface Observed {

        /** The reading has ended, completed or not. */
        void ended();
    }
}
