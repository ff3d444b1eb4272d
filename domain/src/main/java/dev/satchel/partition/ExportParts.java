package dev.satchel.partition;

import dev.satchel.export.Export;
import dev.satchel.export.Failure;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The parts of exports that several processes deliver together, and who has which. Safe for use by many threads.
 *
 * <p>A part belongs to one attempt: it counts only while the attempt's lease is held. It is claimed once, by a token of its
 * own, however often a worker is asked to deliver it.
 */
public interface ExportParts {

    /** Adds the parts of a dataset, none of which is claimed. Their numbers go on from those of the attempt's others. */
    List<Part> add(Export.Processing export, DivisibleRecords.Divided divided, String encoding, List<URI> locations);

    /**
     * Claims a part for this worker. Empty if it was claimed before, or if its attempt has ended.
     *
     * @throws dev.satchel.export.ImpossibleExportException never: what was asked for was checked by the attempt
     */
    Optional<Claimed> claim(UUID attempt, int number, String worker);

    /** Says that the worker is alive; false if the part is not its own any more, so that it must stop. */
    boolean heartbeat(Claimed part);

    /**
     * Records that the object of the part is complete; false if the part is not the worker's own any more.
     *
     * @param settled whether the store has answered every request for the object
     */
    boolean finish(Claimed part, long records, long bytes, boolean settled);

    /** Records why the worker cannot deliver the part. */
    void fail(Claimed part, Failure failure);

    /** Records that the worker was told to stop and does not deliver the part. No other worker can claim it. */
    void giveBack(Claimed part);

    /**
     * What has become of the parts of an attempt, in their order.
     *
     * @param silence how long a worker may be silent before it counts as dead
     */
    List<Progress> progress(UUID attempt, Duration silence);

    /**
     * Whether a worker is delivering a part at this moment, of whichever export.
     *
     * @param silence how long a worker may be silent before it counts as dead
     */
    boolean areRunning(Duration silence);

    /** Forgets the parts of an attempt. Their workers stop soon. */
    void remove(UUID attempt);

    /**
     * A part of an attempt.
     *
     * @param attempt the token of the attempt's lease
     * @param location where its bytes are written
     */
    record Part(UUID attempt, int number, URI location) {}

    /**
     * A part that a worker has claimed.
     *
     * @param token the worker's own
     * @param export the attempt that it belongs to
     * @param encoding names how records are read and encoded by the process that joins the parts
     */
    record Claimed(
            UUID token,
            int number,
            Export.Processing export,
            String dataset,
            String snapshot,
            RecordRange range,
            String encoding,
            URI location) {}

    /** What has become of a part. */
    record Progress(int number, State state, long records, long bytes, boolean settled, Optional<Failure> failure) {}

    /** How far a part is. */
    enum State {
        WAITING,
        RUNNING,
        /** Its worker has been silent for too long. */
        SILENT,
        FINISHED,
        FAILED,
        GIVEN_BACK
    }
}
