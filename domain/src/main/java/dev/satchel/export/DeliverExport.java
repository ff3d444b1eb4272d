package dev.satchel.export;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Delivers one claimed export: reads the user's records in one snapshot, writes them as a file, stores it, and publishes
 * it by completing the export.
 *
 * <p>The file is published by the last step alone. Whatever goes wrong before it, or takes the lease away meanwhile,
 * leaves an unpublished object at most, which the {@link FileLedger} has known of since before its first byte. The lease
 * is extended by {@code heartbeats} while the bytes flow, whatever they wait for. Safe for use by many threads.
 */
public final class DeliverExport {

    private final ExportHistory history;
    private final FileLedger ledger;
    private final UserRecords records;
    private final FileFormats formats;
    private final FileStore store;
    private final FailureDiagnosis diagnosis;
    private final RetryPolicy retries;
    private final ScheduledExecutorService heartbeats;
    private final Terms terms;
    private final SecureRandom random = new SecureRandom();

    public DeliverExport(
            ExportHistory history,
            FileLedger ledger,
            UserRecords records,
            FileFormats formats,
            FileStore store,
            FailureDiagnosis diagnosis,
            RetryPolicy retries,
            ScheduledExecutorService heartbeats,
            Terms terms) {
        this.history = history;
        this.ledger = ledger;
        this.records = records;
        this.formats = formats;
        this.store = store;
        this.diagnosis = diagnosis;
        this.retries = retries;
        this.heartbeats = heartbeats;
        this.terms = terms;
    }

    /**
     * Makes one attempt.
     *
     * @param stopped once it says true, the attempt ends at the next byte and the export is released
     */
    public Delivery deliver(Export.Processing export, BooleanSupplier stopped) {
        String name = objectName(export);
        URI location = store.locate(name);
        Lease lease = new Lease(export, stopped);
        ScheduledFuture<?> beating = heartbeats.scheduleWithFixedDelay(
                lease::extend, terms.heartbeat().toMillis(), terms.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
        try {
            ledger.opened(export, location);
            DeliveredFile file = write(export, name, location, lease);
            return publish(export, file);
        } catch (Exception failed) {
            forgetIfGone(location);
            return end(export, failed, lease);
        } finally {
            beating.cancel(false);
        }
    }

    private DeliveredFile write(Export.Processing export, String name, URI location, Lease lease) throws IOException {
        ExportRequest request = export.request();
        String contentType = formats.contentType(request);
        try (FileStore.Upload upload = store.open(name, downloadName(export), contentType)) {
            MeteredOutputStream bytes = new MeteredOutputStream(new Guarded(upload.body(), lease));
            FileFormats.Writer writer = formats.open(request, bytes);
            UserRecords.Snapshot snapshot = records.read(
                            request.user(), request.type().datasets(), request.filters(), writer)
                    .accepting(terms.acceptedGaps());
            List<DeliveredFile.Entry> entries = writer.finish(snapshot);
            bytes.flush();
            lease.check();
            upload.commit();
            Map<Dataset, Long> counts = new TreeMap<>(snapshot.records());
            return new DeliveredFile(
                    location,
                    contentType,
                    bytes.count(),
                    bytes.sha256(),
                    snapshot.takenAt(),
                    snapshot.schemaVersion(),
                    counts,
                    snapshot.absent(),
                    snapshot.hidden(),
                    entries);
        }
    }

    private Delivery publish(Export.Processing export, DeliveredFile file) throws IOException {
        try {
            return new Delivery.Delivered(history.complete(export, file, terms.retention()));
        } catch (StaleExportException lost) {
            store.delete(file.location());
            throw lost;
        } catch (RuntimeException noAnswer) {
            return publishAgain(export, file, noAnswer);
        }
    }

    // The answer may have been lost after the database committed, so the file must stay until it is known.
    private Delivery publishAgain(Export.Processing export, DeliveredFile file, RuntimeException noAnswer)
            throws IOException {
        try {
            return new Delivery.Delivered(history.complete(export, file, terms.retention()));
        } catch (StaleExportException lost) {
            store.delete(file.location());
            throw lost;
        } catch (RuntimeException stillNoAnswer) {
            stillNoAnswer.addSuppressed(noAnswer);
            return new Delivery.Unconfirmed(export.id(), stillNoAnswer);
        }
    }

    private Delivery end(Export.Processing export, Exception failed, Lease lease) {
        try {
            if (failed instanceof StaleExportException || lease.isLost()) {
                return new Delivery.Lost(export.id());
            }
            if (failed instanceof StoppedException) {
                return new Delivery.Released(history.release(export));
            }
            Failure failure = diagnosis.diagnose(failed);
            Optional<Duration> delay = retries.delayAfter(export.attempt(), failure, random);
            if (delay.isPresent()) {
                return new Delivery.Retried(history.retry(export, failure, delay.get()), failure, delay.get(), failed);
            }
            return new Delivery.GivenUp(history.fail(export, failure), failed);
        } catch (StaleExportException lost) {
            return new Delivery.Lost(export.id());
        } catch (RuntimeException noAnswer) {
            noAnswer.addSuppressed(failed);
            return new Delivery.Unconfirmed(export.id(), noAnswer);
        }
    }

    // The upload has removed its own leavings when it was closed; this makes sure, so that the ledger may forget them.
    // Where it fails, the ledger keeps the entry and clean-up tries again.
    private void forgetIfGone(URI location) {
        try {
            store.delete(location);
            ledger.deleted(location);
        } catch (IOException | RuntimeException later) {
            return;
        }
    }

    // 128 random bits: nobody can guess the name of a file, and no attempt can meet another's.
    private String objectName(Export.Processing export) {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return export.id() + "/" + export.attempt() + "-" + HexFormat.of().formatHex(bits) + "."
                + formats.extension(export.request());
    }

    private String downloadName(Export.Processing export) {
        return "satchel-" + export.request().type().key() + "-"
                + export.startedAt().atZone(ZoneOffset.UTC).toLocalDate() + "."
                + formats.extension(export.request());
    }

    /**
     * The durations an attempt runs under.
     *
     * @param lease how long a worker may be silent before its exports are taken back
     * @param heartbeat how often it says that it lives; at most a third of the lease
     * @param retention how long a delivered file stays
     * @param acceptedGaps the datasets that may lack what row security hides from their own user, each with the reason
     */
    public record Terms(
            Duration lease, Duration heartbeat, Duration retention, Map<Dataset, String> acceptedGaps) {

        /** Terms under which every file is complete. */
        public Terms(Duration lease, Duration heartbeat, Duration retention) {
            this(lease, heartbeat, retention, Map.of());
        }

        public Terms {
            acceptedGaps = Map.copyOf(acceptedGaps);
            if (heartbeat.isZero()
                    || heartbeat.isNegative()
                    || heartbeat.multipliedBy(3).compareTo(lease) > 0) {
                throw new IllegalArgumentException(
                        "the heartbeat must be positive and at most a third of the lease, were " + heartbeat + " and "
                                + lease);
            }
            if (retention.isZero() || retention.isNegative()) {
                throw new IllegalArgumentException("the retention must be positive, was " + retention);
            }
        }
    }

    /** What this worker knows about its right to go on. */
    private final class Lease {

        private final Export.Processing export;
        private final BooleanSupplier stopped;
        private volatile boolean lost;

        Lease(Export.Processing export, BooleanSupplier stopped) {
            this.export = export;
            this.stopped = stopped;
        }

        void extend() {
            try {
                history.heartbeat(export, terms.lease());
            } catch (StaleExportException gone) {
                lost = true;
            } catch (RuntimeException unreachable) {
                // The next beat tries again; if none gets through, the lease ends and the fenced steps find that out.
                return;
            }
        }

        boolean isLost() {
            return lost;
        }

        void check() {
            if (lost) {
                throw new StaleExportException(export.id());
            }
            if (stopped.getAsBoolean()) {
                throw new StoppedException();
            }
        }
    }

    private static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("the worker was told to stop");
        }
    }

    /** Ends the attempt at the next byte once it may not go on. */
    private static final class Guarded extends FilterOutputStream {

        private final Lease lease;

        Guarded(OutputStream out, Lease lease) {
            super(out);
            this.lease = lease;
        }

        @Override
        public void write(int value) throws IOException {
            lease.check();
            out.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            lease.check();
            out.write(bytes, offset, length);
        }
    }
}
