package dev.satchel.partition;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.util.List;

/** Records of which several processes may read a part each, all in one snapshot. Safe for use by many threads. */
public interface DivisibleRecords extends UserRecords {

    /**
     * Reads as {@link UserRecords#read}, but leaves the records of the datasets that {@code division} wants divided to it.
     * The sink is told of the begin and the end of such a dataset, and of none of its records.
     */
    Snapshot read(
            UserId user,
            List<Dataset> datasets,
            ExportFilters filters,
            RecordSink sink,
            AbortSignal signal,
            Division division)
            throws IOException;

    /**
     * Pushes the records of one range into {@code sink}, between the begin and the end of their dataset.
     *
     * @param snapshot the name of a snapshot that another process holds open
     * @return how many records there are
     * @throws LostSnapshotException if the snapshot is not open any more
     * @throws java.util.concurrent.CancellationException if the signal was given, or what the database or the sink
     *     throws because of it
     */
    long readRange(
            UserId user,
            Dataset dataset,
            ExportFilters filters,
            String snapshot,
            RecordRange range,
            RecordSink sink,
            AbortSignal signal)
            throws IOException;

    /**
     * Names how the dataset is read. Two processes that would read other columns or rows, or in another order, have
     * different names for it.
     */
    String definition(Dataset dataset);

    /** Decides which datasets are divided, and has their ranges read. Used by the thread that reads. */
    interface Division {

        /**
         * Into how many ranges a dataset is to be cut; 1 leaves it whole. Not asked for datasets without keys. One whose
         * keys cannot be compared, or that is not read in the snapshot alone, stays whole whatever the answer.
         *
         * @param bytes the size of its records, as estimated by the database
         */
        int ranges(Dataset dataset, long bytes);

        /**
         * Writes the records of all ranges in their order.
         *
         * @return how many records there are
         */
        long write(Divided divided) throws IOException;
    }

    /**
     * A dataset that was cut. The snapshot stays open until {@link Division#write} returns.
     *
     * @param snapshot the name by which other processes import the snapshot
     * @param held to be called at least every few seconds: throws if the snapshot was lost or is too old
     */
    record Divided(Dataset dataset, String snapshot, List<RecordRange> ranges, Runnable held) {
        public Divided {
            ranges = List.copyOf(ranges);
        }
    }
}
