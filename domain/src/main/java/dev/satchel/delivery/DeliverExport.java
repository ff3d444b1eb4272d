package dev.satchel.delivery;

import dev.satchel.AbortSignal;
import dev.satchel.delivery.stream.MeteredOutputStream;
import dev.satchel.delivery.stream.WriteBehindOutputStream;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.export.StaleExportException;
import dev.satchel.partition.PartGivenBackException;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Delivers one claimed export: reads the user's records in one snapshot, writes them as a file, stores it, and publishes
 * it by completing the export.
 *
 * <p>Only the last step publishes the file. A failure or a lost lease before it leaves at most an unpublished object,
 * which is in the {@link UploadJournal} since before its first byte. Nothing is written to a store that {@link
 * StoreCheck} does not recognise. Failures are returned as a {@link Delivery}, never thrown; this includes every
 * {@link Error}, so that it ends this export alone.
 *
 * <p>After a failure the store is probed. If the probe fails too, the export waits and the attempt does not count; the
 * same holds for a failure that the operator must remedy. Safe for use by many threads.
 */
public final class DeliverExport {

    /** The delay before the next attempt of an export that waits for the operator. */
    private static final Duration OPERATOR_PAUSE = Duration.ofMinutes(5);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** Failures that the store cannot cause, so that it need not be probed. */
    private static final Set<Failure.Code> NOT_OF_THE_STORE = EnumSet.of(
            Failure.Code.INVALID_REQUEST,
            Failure.Code.SNAPSHOT_TOO_OLD,
            Failure.Code.WORKER_MISCONFIGURED,
            Failure.Code.OUT_OF_MEMORY);

    private final ExportHistory history;
    private final UploadJournal journal;
    private final ExportReading reading;
    private final FileFormats formats;
    private final FileStore store;
    private final StoreCheck check;
    private final FailureDiagnosis diagnosis;
    private final RetryPolicy retries;
    private final Heartbeats heartbeats;
    private final Settings settings;
    private final LeaseWatch watch;
    private final SecureRandom random = new SecureRandom();

    public DeliverExport(
            ExportHistory history,
            UploadJournal journal,
            ExportReading reading,
            FileFormats formats,
            FileStore store,
            StoreCheck check,
            FailureDiagnosis diagnosis,
            RetryPolicy retries,
            Heartbeats heartbeats,
            Settings settings) {
        this.history = history;
        this.journal = journal;
        this.reading = reading;
        this.formats = formats;
        this.store = store;
        this.check = check;
        this.diagnosis = diagnosis;
        this.retries = retries;
        this.heartbeats = heartbeats;
        this.settings = settings;
        this.watch = new LeaseWatch(history, heartbeats.executor(), settings.look());
    }

    /**
     * Makes one attempt. It ends soon after its export was cancelled, deleted or taken away.
     *
     * @param stopped once it returns true, the attempt ends soon, whatever it waits for, and the export is released
     */
    public Delivery deliver(Export.Processing export, BooleanSupplier stopped) {
        String name = objectName(export);
        URI location = store.locate(name);
        UploadState state = new UploadState();
        try (Lease lease = new Lease(history, export, settings, stopped, heartbeats, watch)) {
            try {
                check.check();
                state.journaled = true;
                journal.opened(export, location);
                DeliveredFile file = write(export, name, location, lease, state);
                if (!state.answered) {
                    journal.unanswered(location);
                }
                return publish(export, file, lease);
            } catch (Throwable failed) {
                Delivery end = end(export, failed, lease);
                forgetIfGone(location, state, end);
                return end;
            }
        }
    }

    private DeliveredFile write(Export.Processing export, String name, URI location, Lease lease, UploadState state)
            throws IOException {
        ExportRequest request = export.request();
        String contentType = formats.contentType(request);
        FileStore.Upload upload = store.open(name, downloadName(export), contentType);
        AbortSignal.Registration abortable = lease.signal().register(upload::abort);
        // The signal reaches the upload until it is closed, because closing may wait for the store.
        try (abortable;
                upload) {
            MeteredOutputStream bytes = new MeteredOutputStream(new GuardedOutputStream(upload.body(), lease));
            ExportReading.Result read;
            List<DeliveredFile.Entry> entries;
            try (WriteBehindOutputStream body = new WriteBehindOutputStream(bytes)) {
                FileFormats.Writer writer = formats.open(request, body);
                try {
                    read = reading.read(export, writer, lease.signal()).accepting(settings.acceptedGaps());
                    entries = writer.finish(read.snapshot());
                } finally {
                    tidyUp(writer);
                }
                body.flush();
            }
            lease.check();
            upload.commit();
            UserRecords.Snapshot snapshot = read.snapshot();
            return new DeliveredFile(
                    location,
                    contentType,
                    bytes.count(),
                    bytes.sha256(),
                    snapshot.takenAt(),
                    snapshot.schemaVersion(),
                    snapshot.records(),
                    snapshot.absent(),
                    snapshot.hidden(),
                    entries,
                    snapshot.hashes(),
                    read.readings());
        } finally {
            state.answered = upload.isSettled();
        }
    }

    // What it cannot tidy up spoils no file that is finished, and hides no failure of one that is not.
    private static void tidyUp(FileFormats.Writer writer) {
        try {
            writer.close();
        } catch (IOException | RuntimeException left) {
            return;
        }
    }

    // Without an answer, the database may have committed, so the file must stay until the outcome is known.
    private Delivery publish(Export.Processing export, DeliveredFile file, Lease lease) {
        try {
            return new Delivery.Delivered(answered(lease, () -> history.complete(export, file, settings.retention())));
        } catch (StaleExportException lost) {
            throw lost;
        } catch (RuntimeException | Error noAnswer) {
            return new Delivery.Unconfirmed(export.id(), noAnswer);
        }
    }

    private Delivery end(Export.Processing export, Throwable failed, Lease lease) {
        try {
            if (failed instanceof StaleExportException || lease.isLost()) {
                return lost(export);
            }
            if (lease.isStopped() || failed instanceof PartGivenBackException) {
                return new Delivery.Released(answered(lease, () -> history.release(export)));
            }
            return end(export, lease.isChoked() ? Failure.OUT_OF_MEMORY : diagnosis.diagnose(failed), failed, lease);
        } catch (StaleExportException lost) {
            return lost(export);
        } catch (RuntimeException | Error noAnswer) {
            noAnswer.addSuppressed(failed);
            return new Delivery.Unconfirmed(export.id(), noAnswer);
        }
    }

    private Delivery lost(Export.Processing export) {
        return watch.wasCancelled(export) ? new Delivery.Cancelled(export) : new Delivery.LeaseLost(export.id());
    }

    private Delivery end(Export.Processing export, Failure failure, Throwable failed, Lease lease) {
        boolean isOfTheStore = !failure.code().isOfTheDatabase() && !NOT_OF_THE_STORE.contains(failure.code());
        Optional<Failure> ofTheStore = isOfTheStore ? probe() : Optional.empty();
        if (ofTheStore.isPresent()) {
            return postponed(export, ofTheStore.get(), Duration.ZERO, true, failed, lease);
        }
        if (failure.code().verdict() == Failure.Verdict.OPERATOR) {
            return postponed(export, failure, OPERATOR_PAUSE, false, failed, lease);
        }
        Optional<Duration> delay = retries.delayAfter(export.attempt(), failure, random);
        if (delay.isPresent()) {
            return new Delivery.Retried(
                    answered(lease, () -> history.retry(export, failure, delay.get())), failure, delay.get(), failed);
        }
        return new Delivery.Failed(answered(lease, () -> history.fail(export, failure)), failed);
    }

    private Delivery postponed(
            Export.Processing export,
            Failure failure,
            Duration delay,
            boolean storeFailed,
            Throwable failed,
            Lease lease) {
        return new Delivery.Postponed(
                answered(lease, () -> history.postpone(export, failure, delay)), failure, delay, storeFailed, failed);
    }

    // The probe also queries the database, and a failure of the database says nothing about the store.
    private Optional<Failure> probe() {
        try {
            check.probe();
            return Optional.empty();
        } catch (IOException | RuntimeException failed) {
            return Optional.of(diagnosis.diagnose(failed))
                    .filter(failure -> !failure.code().isOfTheDatabase());
        }
    }

    /**
     * Executes a transition of the history, and repeats it while the database is unavailable or locked, for at most
     * twice the duration of the lease. By then another worker has reclaimed the export, and the transition changes
     * nothing.
     */
    private <T> T answered(Lease lease, Supplier<T> step) {
        long begun = lease.now();
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            try {
                return step.get();
            } catch (StaleExportException lost) {
                throw lost;
            } catch (RuntimeException noAnswer) {
                boolean away = diagnosis.diagnose(noAnswer).code().isOfTheDatabase()
                        && !lease.isStopped()
                        && !lease.hasPassed(settings.lease().multipliedBy(2), begun);
                // Any failure is repeated once, because only the answer may have been lost.
                if ((attempt > 1 && !away) || !sleep(pause)) {
                    throw noAnswer;
                }
                lease.move();
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private static boolean sleep(Duration pause) {
        try {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // Closing the upload removed what it stored. Deleting again makes sure, so that the journal's entry can go. If that
    // fails, or the store may still execute a request of the upload, the entry stays for the next clean-up.
    private void forgetIfGone(URI location, UploadState state, Delivery end) {
        if (!state.journaled) {
            return;
        }
        if (end instanceof Delivery.Postponed postponed && postponed.storeFailed()) {
            return;
        }
        try {
            store.delete(location);
            if (state.answered) {
                journal.deleted(location);
            }
        } catch (IOException | RuntimeException | Error later) {
            return;
        }
    }

    // With 128 random bits, names cannot be guessed and do not collide.
    private String objectName(Export.Processing export) {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return export.id() + "/" + export.attempt() + "-" + HexFormat.of().formatHex(bits) + "."
                + formats.extension(export.request());
    }

    // An archive is for people, who do not know what a type is.
    private String downloadName(Export.Processing export) {
        ExportRequest request = export.request();
        boolean isAllForPeople =
                request.format() == ExportFormat.ARCHIVE && request.type().isAll();
        return "satchel-" + (isAllForPeople ? "learning-data" : request.type().name()) + "-"
                + export.startedAt().atZone(ZoneOffset.UTC).toLocalDate() + "."
                + formats.extension(request);
    }

    /**
     * The settings of an attempt.
     *
     * @param lease how long after the last heartbeat an export is reclaimed
     * @param heartbeat the interval between heartbeats; at most a third of the lease
     * @param patience how long heartbeats continue without progress; longer than any query or request may take
     * @param retention the time from completion until the file expires
     * @param acceptedGaps the datasets that may lack records which row-level security hides from their own user, each
     *     with the reason
     */
    public record Settings(
            Duration lease,
            Duration heartbeat,
            Duration patience,
            Duration retention,
            Map<Dataset, String> acceptedGaps) {

        /** The interval between two looks whether the attempt must end, which are cheaper than a heartbeat. */
        Duration look() {
            return heartbeat.compareTo(LeaseWatch.INTERVAL) < 0 ? heartbeat : LeaseWatch.INTERVAL;
        }

        /** Settings that accept no gaps: every file is complete. */
        public Settings(Duration lease, Duration heartbeat, Duration patience, Duration retention) {
            this(lease, heartbeat, patience, retention, Map.of());
        }

        public Settings {
            acceptedGaps = Map.copyOf(acceptedGaps);
            if (heartbeat.isZero()
                    || heartbeat.isNegative()
                    || heartbeat.multipliedBy(3).compareTo(lease) > 0) {
                throw new IllegalArgumentException(
                        "the heartbeat must be positive and at most a third of the lease, were " + heartbeat + " and "
                                + lease);
            }
            if (patience.isZero() || patience.isNegative()) {
                throw new IllegalArgumentException("the patience must be positive, was " + patience);
            }
            if (retention.isZero() || retention.isNegative()) {
                throw new IllegalArgumentException("the retention must be positive, was " + retention);
            }
        }
    }

    /**
     * The means by which a process sends heartbeats.
     *
     * @param executor runs the heartbeats, and the looks for lost leases, on threads of its own
     * @param aborts ends the steps of attempts that are over. With threads of its own, these do not wait for heartbeats
     *     while the database is away
     * @param choking whether the JVM spends most of its time in garbage collection
     * @param nanoTime a monotonic clock in nanoseconds, such as {@link System#nanoTime}
     */
    public record Heartbeats(
            ScheduledExecutorService executor,
            ScheduledExecutorService aborts,
            BooleanSupplier choking,
            LongSupplier nanoTime) {

        /** The same threads do everything. */
        public Heartbeats(ScheduledExecutorService executor, BooleanSupplier choking, LongSupplier nanoTime) {
            this(executor, executor, choking, nanoTime);
        }
    }

    /** The state of an attempt's object. */
    private static final class UploadState {

        /** Whether the object may be in the upload journal. */
        private boolean journaled;

        /** Whether the store answered every request of the upload; true before the first request. */
        private boolean answered = true;
    }
}
