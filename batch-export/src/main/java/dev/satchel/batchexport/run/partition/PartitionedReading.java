package dev.satchel.batchexport.run.partition;

import dev.satchel.AbortSignal;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.ExportReading;
import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.export.StaleExportException;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.ExportParts;
import dev.satchel.partition.PartFailedException;
import dev.satchel.partition.PartGivenBackException;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads an export with the help of other workers, if a dataset is large: it holds the snapshot, asks workers for the parts,
 * and joins them into the file, in their order and each as soon as it is there. Smaller exports are read in this process.
 *
 * <p>The file is the same as one that a single process writes, byte by byte. If a part fails or its worker falls silent, so
 * does the attempt; a later one begins from the start.
 */
final class PartitionedReading implements ExportReading {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionedReading.class);

    private static final long LOOK_MILLIS = 200;

    private static final int PIECE = 64 * 1024;

    private final DivisibleRecords records;
    private final FileFormats formats;
    private final PartEncoding encoding;
    private final ExportParts parts;
    private final PartRequests requests;
    private final FileStore store;
    private final UploadJournal journal;
    private final PartitionSettings settings;
    private final Duration silence;
    private final StopSignal stop;
    private final FailureDiagnosis diagnosis = new KnownFailures();
    private final SecureRandom random = new SecureRandom();

    /** @param silence how long a worker may be silent, and twice as long no worker may take a part */
    PartitionedReading(
            DivisibleRecords records,
            FileFormats formats,
            ExportParts parts,
            PartRequests requests,
            FileStore store,
            UploadJournal journal,
            PartitionSettings settings,
            Duration silence,
            StopSignal stop) {
        this.records = records;
        this.formats = formats;
        this.encoding = new PartEncoding(records, formats);
        this.parts = parts;
        this.requests = requests;
        this.store = store;
        this.journal = journal;
        this.settings = settings;
        this.silence = silence;
        this.stop = stop;
    }

    @Override
    public Result read(Export.Processing export, FileFormats.Writer file, AbortSignal signal) throws IOException {
        ExportRequest request = export.request();
        if (formats.partEncoding(request).isEmpty()) {
            return ExportReading.alone(records).read(export, file, signal);
        }
        Joining joining = new Joining(export, file, signal);
        try {
            UserRecords.Snapshot snapshot =
                    records.read(request.user(), request.type().datasets(), request.filters(), file, signal, joining);
            return new Result(snapshot, List.copyOf(joining.readings.values()));
        } finally {
            joining.end();
        }
    }

    /** The joining of one attempt. */
    private final class Joining implements DivisibleRecords.Division {

        private final Export.Processing export;
        private final FileFormats.Writer file;
        private final AbortSignal signal;
        private final List<ExportParts.Part> added = new ArrayList<>();
        private final Map<Dataset, DeliveredFile.Reading> readings = new LinkedHashMap<>();

        Joining(Export.Processing export, FileFormats.Writer file, AbortSignal signal) {
            this.export = export;
            this.file = file;
            this.signal = signal;
        }

        @Override
        public int ranges(Dataset dataset, long bytes) {
            note(dataset, 1, bytes);
            int ranges = settings.parts(bytes);
            if (ranges > 1 && parts.areWaiting(export.token())) {
                LOG.info(
                        "export {}: {} has about {} bytes, and is read whole, because parts of other exports wait for workers",
                        export.id(),
                        dataset.name(),
                        bytes);
                return 1;
            }
            return ranges;
        }

        @Override
        public long write(DivisibleRecords.Divided divided) throws IOException {
            DeliveredFile.Reading whole = readings.get(divided.dataset());
            note(divided.dataset(), divided.ranges().size(), whole == null ? 0 : whole.estimatedBytes());
            List<URI> locations =
                    divided.ranges().stream().map(range -> location()).toList();
            List<ExportParts.Part> ofDataset =
                    parts.add(export, divided, encoding.of(export.request(), divided.dataset()), locations);
            added.addAll(ofDataset);
            long count = 0;
            try (PartRequests.Sent sent = requests.send(export.id(), divided.dataset(), ofDataset)) {
                for (ExportParts.Part part : ofDataset) {
                    ExportParts.Progress done = await(part, sent, divided.held());
                    join(part, done, divided.held());
                    count += done.records();
                    remove(part, done.settled());
                }
            }
            return count;
        }

        private void note(Dataset dataset, int parts, long bytes) {
            DeliveredFile.Reading reading = new DeliveredFile.Reading(dataset, parts, bytes, settings.threshold());
            readings.put(dataset, reading);
            if (parts > 1) {
                LOG.info(
                        "export {}: {} has about {} bytes, more than {}, and is read in {} parts",
                        export.id(),
                        dataset.name(),
                        bytes,
                        reading.above(),
                        parts);
            } else {
                LOG.debug(
                        "export {}: {} has about {} bytes, and may be read whole", export.id(), dataset.name(), bytes);
            }
        }

        // With 128 random bits, names cannot be guessed and do not collide.
        private URI location() {
            byte[] bits = new byte[16];
            random.nextBytes(bits);
            return store.locate(
                    export.id() + "/" + export.attempt() + "-" + HexFormat.of().formatHex(bits) + ".part");
        }

        private ExportParts.Progress await(ExportParts.Part part, PartRequests.Sent sent, Runnable held) {
            long idleSince = System.nanoTime();
            boolean isRepeated = false;
            Optional<RuntimeException> refused = Optional.empty();
            while (true) {
                if (signal.isAborted()) {
                    throw new CancellationException("the reading was aborted");
                }
                held.run();
                List<ExportParts.Progress> all = parts.progress(export.token(), silence);
                ExportParts.Progress wanted = all.stream()
                        .filter(progress -> progress.number() == part.number())
                        .findFirst()
                        .orElseThrow(() -> new StaleExportException(export.id()));
                all.forEach(this::refuseFailed);
                long now = System.nanoTime();
                if (wanted.state() == ExportParts.State.FINISHED) {
                    return wanted;
                }
                if (sent.failure().isPresent()) {
                    // Spring Batch also fails after a part has.
                    held.run();
                    parts.progress(export.token(), silence).forEach(this::refuseFailed);
                    throw unsent(sent.failure().get());
                }
                if (all.stream().anyMatch(progress -> progress.state() == ExportParts.State.RUNNING)) {
                    idleSince = now;
                    isRepeated = false;
                    refused = Optional.empty();
                } else if (stop.isStopping()) {
                    // This worker receives no request any more, and no other one delivers a part.
                    throw new PartGivenBackException();
                } else if (refused.isPresent()) {
                    throw unsent(refused.get());
                } else if (now - idleSince > silence.toNanos()) {
                    // Workers that deliver other exports come to this one later.
                    if (isRepeated && !parts.areRunning(silence)) {
                        throw new PartFailedException(new Failure(
                                Failure.Code.WORKER_LOST,
                                "no worker took a part of the export within "
                                        + silence.multipliedBy(2).toSeconds() + " seconds"));
                    }
                    // A request may be lost on its way, or the channel be away.
                    refused = sent.repeat();
                    isRepeated = true;
                    idleSince = System.nanoTime();
                }
                pause();
            }
        }

        private void refuseFailed(ExportParts.Progress progress) {
            progress.failure().ifPresent(failure -> {
                throw new PartFailedException(failure);
            });
            if (progress.state() == ExportParts.State.GIVEN_BACK) {
                throw new PartGivenBackException();
            }
            if (progress.state() == ExportParts.State.SILENT) {
                throw new PartFailedException(new Failure(
                        Failure.Code.WORKER_LOST, "a worker that delivered a part of the export stopped answering"));
            }
        }

        private PartFailedException unsent(Throwable failure) {
            LOG.debug("the requests for parts", failure);
            Failure known = diagnosis.diagnose(failure);
            PartFailedException failed = new PartFailedException(
                    known.code().isOfTheDatabase()
                            ? known
                            : new Failure(
                                    Failure.Code.WORKER_MISCONFIGURED,
                                    "the workers cannot be asked for the parts of the export, because the channel of requests"
                                            + " refuses them or does not answer: see the rights and the server of the channel",
                                    known.code() == Failure.Code.INTERNAL
                                            ? String.valueOf(failure.getMessage())
                                            : known.explanationInFull()));
            failed.addSuppressed(failure);
            return failed;
        }

        private void pause() {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while others delivered parts");
            }
        }

        private void join(ExportParts.Part part, ExportParts.Progress written, Runnable held) throws IOException {
            long found = 0;
            CRC32C crc32c = new CRC32C();
            InputStream content = AbortableOpening.open(() -> store.read(part.location()), signal);
            AbortSignal.Registration abortable = signal.register(() -> close(content));
            try (content;
                    abortable) {
                byte[] piece = new byte[PIECE];
                for (int read = content.read(piece); read >= 0; read = content.read(piece)) {
                    crc32c.update(piece, 0, read);
                    file.encoded(piece, 0, read);
                    found += read;
                    held.run();
                }
            }
            if (found != written.bytes() || crc32c.getValue() != written.crc32c()) {
                throw new DamagedFileException(
                        "the store " + store.address() + " holds other bytes of a part than were sent, " + found
                                + " of " + written.bytes()
                                + ": if it lasts, look for a full volume, and for what changes data there or on the way",
                        null);
            }
        }

        // If a request may still be under way, the journal's entry stays for the clean-up.
        private void remove(ExportParts.Part part, boolean settled) {
            try {
                store.delete(part.location());
                if (settled) {
                    journal.deleted(part.location());
                }
            } catch (IOException | RuntimeException later) {
                LOG.debug("the object of a part is left to the clean-up", later);
            }
            added.remove(part);
        }

        /** Tells workers that are still at work to stop, and removes what was not joined. */
        void end() {
            try {
                List<ExportParts.Progress> left = parts.progress(export.token(), silence);
                parts.remove(export.token());
                // A worker that is still writing removes its object, too. Its record stays for the clean-up, as does
                // that of an object whose part is not known any more, because a cancel took the rows along.
                for (ExportParts.Part part : List.copyOf(added)) {
                    remove(
                            part,
                            left.stream()
                                    .anyMatch(progress -> progress.number() == part.number()
                                            && progress.state() == ExportParts.State.FINISHED
                                            && progress.settled()));
                }
            } catch (RuntimeException later) {
                // A part counts only as long as the attempt has its lease, and the next attempt removes the rows.
                LOG.debug("the parts of export {} stay for now", export.id(), later);
            }
        }
    }

    private static void close(InputStream content) {
        try {
            content.close();
        } catch (IOException closedAnyway) {
            return;
        }
    }
}
