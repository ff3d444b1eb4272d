package dev.satchel.batchexport.run.partition;

import dev.satchel.AbortSignal;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.ExportParts;
import dev.satchel.partition.PartFailedException;
import dev.satchel.partition.PartGivenBackException;
import dev.satchel.record.Dataset;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers one claimed part: reads its range in the snapshot of the export, as the export's user, and writes it to an object
 * of its own, which is in the upload journal before its first byte.
 *
 * <p>It ends soon after the part is not the worker's any more, because the export was cancelled, delivered, given up or taken
 * over. Safe for use by many threads.
 */
final class PartDelivery {

    private static final Logger LOG = LoggerFactory.getLogger(PartDelivery.class);

    private static final Failure OTHER_STORE = new Failure(
            Failure.Code.STORE_MISCONFIGURED,
            "a worker that was asked for a part of the export writes to another store than the worker that asked: give all"
                    + " workers that deliver parts the same SATCHEL_STORE");

    // Of the worker and not of the export: it counts like the end of a worker.
    private static final Failure OUT_OF_MEMORY =
            new Failure(Failure.Code.WORKER_LOST, "a worker that delivered a part of the export ran out of memory");

    private static final Failure GIVEN_UP =
            new Failure(Failure.Code.WORKER_LOST, "the attempt that a part of the export belongs to has ended");

    /** Failures that another worker would meet just as well. */
    private static final Set<Failure.Code> NOT_OF_THIS_WORKER =
            EnumSet.of(Failure.Code.WORKER_LOST, Failure.Code.SNAPSHOT_TOO_OLD);

    private static final long BEAT_SECONDS = 1;

    /** How often a pause is doubled at most. */
    private static final int LONGEST_PAUSE = 5;

    private final ExportParts parts;
    private final DivisibleRecords records;
    private final DatasetCatalogue datasets;
    private final FileFormats formats;
    private final PartEncoding encoding;
    private final FileStore store;
    private final StoreCheck check;
    private final UploadJournal journal;
    private final FailureDiagnosis diagnosis;
    private final ScheduledExecutorService heartbeats;
    private final ScheduledExecutorService aborts;
    private final StopSignal stop;
    private final long pause;
    private final AtomicInteger outOfMemory = new AtomicInteger();
    private volatile long pausedUntil = System.nanoTime();
    private volatile boolean isStoreAway;

    /**
     * @param aborts ends the steps of parts that are over, so that no heartbeat waits for that
     * @param pause how long this worker delivers no part after one has failed for a reason of its own
     */
    PartDelivery(
            ExportParts parts,
            DivisibleRecords records,
            DatasetCatalogue datasets,
            FileFormats formats,
            FileStore store,
            StoreCheck check,
            UploadJournal journal,
            FailureDiagnosis diagnosis,
            ScheduledExecutorService heartbeats,
            ScheduledExecutorService aborts,
            StopSignal stop,
            Duration pause) {
        this.parts = parts;
        this.records = records;
        this.datasets = datasets;
        this.formats = formats;
        this.encoding = new PartEncoding(records, formats);
        this.store = store;
        this.check = check;
        this.journal = journal;
        this.diagnosis = diagnosis;
        this.heartbeats = heartbeats;
        this.aborts = aborts;
        this.stop = stop;
        this.pause = pause.toNanos();
    }

    /**
     * Whether a part failed here a moment ago, or the store has failed its probe since one did, so that the next parts are
     * better left to other workers.
     */
    boolean isPausing() {
        return isPaused() || (isStoreAway && !isStoreBack());
    }

    private boolean isPaused() {
        return System.nanoTime() - pausedUntil < 0;
    }

    // Of several slots that ask, one probes.
    private synchronized boolean isStoreBack() {
        return !isStoreAway || (!isPaused() && probe());
    }

    /** Leaves parts to other workers for a while. */
    void pause() {
        pausedUntil = System.nanoTime() + pause;
    }

    /** Leaves the part, which this worker does not deliver now, to the next attempt. */
    void giveBack(ExportParts.Claimed part) {
        record(() -> parts.giveBack(part));
    }

    private synchronized boolean probe() {
        try {
            check.probe();
            isStoreAway = false;
        } catch (IOException | RuntimeException failed) {
            if (!isStoreAway) {
                LOG.warn(
                        "the store fails its probe, and this worker delivers no part until then: {}",
                        diagnosis.diagnose(failed).explanationInFull());
            }
            isStoreAway = true;
            pause();
        }
        return !isStoreAway;
    }

    /**
     * Delivers the part, and records the outcome in the part's row.
     *
     * @return how many records it has
     * @throws PartFailedException if it was not delivered
     * @throws PartGivenBackException if the worker was told to stop before that
     */
    long deliver(ExportParts.Claimed part) {
        AbortSignal signal = new AbortSignal();
        AtomicBoolean aborting = new AtomicBoolean();
        ScheduledFuture<?> beating = heartbeats.scheduleWithFixedDelay(
                () -> beat(part, signal, aborting), BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
        try {
            Dataset dataset = dataset(part);
            Written written = write(part, dataset, signal);
            if (parts.finish(part, written.records(), written.bytes(), written.crc32c(), written.settled())) {
                LOG.info(
                        "part {} of export {} delivered: {} records",
                        part.number(),
                        part.export().id(),
                        written.records());
                outOfMemory.set(0);
                return written.records();
            }
            remove(part.location(), written.settled());
            throw new PartFailedException(GIVEN_UP);
        } catch (IOException | RuntimeException | Error failed) {
            throw fail(part, failed, signal);
        } finally {
            beating.cancel(false);
        }
    }

    // An exception thrown here would end the repetition (see scheduleWithFixedDelay).
    private void beat(ExportParts.Claimed part, AbortSignal signal, AtomicBoolean aborting) {
        try {
            // One at a time: an abort may wait for the store, and others need the threads.
            if ((stop.isAbandoning() || !parts.heartbeat(part)) && !aborting.getAndSet(true)) {
                aborts.execute(() -> {
                    signal.abort();
                    aborting.set(false);
                });
            }
        } catch (RuntimeException | Error unreachable) {
            // The next one tries again. If none succeeds, the export is given up, and the part's end is refused.
            return;
        }
    }

    private Dataset dataset(ExportParts.Claimed part) {
        Dataset dataset = datasets.find(part.dataset())
                .orElseThrow(() -> new PartFailedException(PartFailedException.OTHER_SETTINGS));
        if (!encoding.of(part.export().request(), dataset).equals(part.encoding())) {
            throw new PartFailedException(PartFailedException.OTHER_SETTINGS);
        }
        return dataset;
    }

    private record Written(long records, long bytes, long crc32c, boolean settled) {}

    private Written write(ExportParts.Claimed part, Dataset dataset, AbortSignal signal) throws IOException {
        URI location = part.location();
        String root = store.root().toString();
        if (!location.toString().startsWith(root)) {
            throw new PartFailedException(OTHER_STORE);
        }
        check.check();
        String name = location.toString().substring(root.length());
        journal.opened(part.export(), location);
        boolean committed = false;
        FileStore.Upload upload = store.openScratch(name);
        AbortSignal.Registration abortable = signal.register(upload::abort);
        try (upload;
                abortable) {
            CountingOutputStream bytes = new CountingOutputStream(upload.body());
            long count = encode(part, dataset, bytes, signal);
            upload.commit();
            committed = true;
            return new Written(count, bytes.count, bytes.crc32c.getValue(), upload.isSettled());
        } finally {
            boolean settled = upload.isSettled();
            if (!settled) {
                journal.unanswered(location);
            }
            if (!committed) {
                remove(location, settled);
            }
        }
    }

    private long encode(ExportParts.Claimed part, Dataset dataset, OutputStream bytes, AbortSignal signal)
            throws IOException {
        ExportRequest request = part.export().request();
        // Without a thread for the bytes, which would copy each block once more: slots work side by side.
        try (FileFormats.Writer writer = formats.openPart(request, bytes)) {
            long count = records.readRange(
                    request.user(), dataset, request.filters(), part.snapshot(), part.range(), writer, signal);
            writer.finish(new UserRecords.Snapshot(Instant.EPOCH, Map.of(dataset, count), List.of(), ""));
            return count;
        }
    }

    // If this fails, or a request may still be under way, the journal's entry stays for the clean-up.
    private void remove(URI location, boolean settled) {
        try {
            store.delete(location);
            if (settled) {
                journal.deleted(location);
            }
        } catch (IOException | RuntimeException later) {
            LOG.debug("the object of a part is left to the clean-up", later);
        }
    }

    private RuntimeException fail(ExportParts.Claimed part, Throwable failed, AbortSignal signal) {
        if (stop.isAbandoning()) {
            LOG.info(
                    "part {} of export {} given back: the worker is stopping",
                    part.number(),
                    part.export().id());
            LOG.debug("the end of a part", failed);
            giveBack(part);
            return new PartGivenBackException();
        }
        Failure failure = failure(failed, signal);
        if (failure.equals(GIVEN_UP)) {
            LOG.debug(
                    "part {} of export {} is not wanted any more",
                    part.number(),
                    part.export().id(),
                    failed);
            return new PartFailedException(failure);
        }
        LOG.warn("part {} of export {} failed: {}", part.number(), part.export().id(), failure.messageInFull());
        LOG.debug("the failure of a part", failed);
        if (failure.equals(OUT_OF_MEMORY)) {
            pausedUntil = System.nanoTime() + (pause << Math.min(outOfMemory.incrementAndGet(), LONGEST_PAUSE));
        } else if (!NOT_OF_THIS_WORKER.contains(failure.code())) {
            pause();
            if (mayBeOfTheStore(failure) && !probe()) {
                giveBack(part);
                return new PartGivenBackException();
            }
        }
        record(() -> parts.fail(part, failure));
        return new PartFailedException(failure);
    }

    private static boolean mayBeOfTheStore(Failure failure) {
        return !failure.code().isOfTheDatabase()
                && failure.code() != Failure.Code.WORKER_MISCONFIGURED
                && !failure.equals(OTHER_STORE);
    }

    private static void record(Runnable end) {
        try {
            end.run();
        } catch (RuntimeException silent) {
            // The worker that joins the parts notices the silence.
            LOG.debug("the end of a part was not recorded", silent);
        }
    }

    private Failure failure(Throwable failed, AbortSignal signal) {
        if (failed instanceof PartFailedException known) {
            return known.failure();
        }
        if (signal.isAborted()) {
            return GIVEN_UP;
        }
        Failure failure = diagnosis.diagnose(failed);
        return failure.code() == Failure.Code.OUT_OF_MEMORY ? OUT_OF_MEMORY : failure;
    }

    private static final class CountingOutputStream extends FilterOutputStream {

        private final CRC32C crc32c = new CRC32C();
        private long count;

        CountingOutputStream(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            crc32c.update(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            crc32c.update(bytes, offset, length);
            count += length;
        }
    }
}
