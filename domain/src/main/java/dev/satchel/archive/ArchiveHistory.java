package dev.satchel.archive;

import dev.satchel.delivery.stream.MeteredOutputStream;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves old exports from the database to files in the store, one a month.
 *
 * <p>A file is written and read back as a whole, and published, before the first of its rows is deleted. Rows are deleted
 * as they are read from the published file once more, and only those that are still the same. So, wherever a run is killed
 * and however many run at once, each export is in the database or in the archive, and in no two files: the next run first
 * empties what was published, and the clean-up removes what never was. Safe for use by many threads.
 */
public final class ArchiveHistory {

    private static final String CONTENT_TYPE = "application/jsonl";

    /** How many rows are deleted in one transaction at most, so that none is long. */
    private static final int BATCH = 1_000;

    private static final int BATCH_CHARACTERS = 1 << 20;

    private final HistoryArchive archive;
    private final UploadJournal journal;
    private final FileStore store;
    private final StoreCheck check;

    public ArchiveHistory(HistoryArchive archive, UploadJournal journal, FileStore store, StoreCheck check) {
        this.archive = archive;
        this.journal = journal;
        this.store = store;
        this.check = check;
    }

    /**
     * Archives every month that is due.
     *
     * @param age how long an export, and the month in which it was requested, must have been over
     * @param stopped once it returns true, the run ends before its next transaction
     * @return what was archived, in the order of months
     * @throws ArchiveElsewhereException if an earlier run must be finished in another store
     * @throws DamagedFileException if the store holds other bytes than were written; the rows of that file stay, and all
     *     other months were archived
     * @throws MissingFileException if the store has lost a file whose rows are still there; as above
     * @throws IOException if the store cannot be used
     */
    public List<Moved> run(Duration age, BooleanSupplier stopped) throws IOException {
        check.check();
        List<Moved> moved = new ArrayList<>();
        IOException refused = null;
        for (ArchivedMonth file : archive.files()) {
            if (!file.isEmptied() && !stopped.getAsBoolean()) {
                try {
                    requireHere(file);
                    compare(file);
                    moved.add(empty(file, stopped));
                } catch (MissingFileException | DamagedFileException lost) {
                    // Other months need not wait for what a person has to restore.
                    refused = first(refused, lost);
                }
            }
        }
        Set<YearMonth> tried = new HashSet<>();
        while (!stopped.getAsBoolean()) {
            Optional<HistoryArchive.DueMonth> due = archive.next(age, tried);
            if (due.isEmpty()) {
                break;
            }
            tried.add(due.get().month());
            Optional<ArchivedMonth> file = write(due.get(), age);
            if (file.isPresent()) {
                moved.add(empty(file.get(), stopped));
            }
        }
        if (refused != null) {
            throw refused;
        }
        return moved;
    }

    private static IOException first(@Nullable IOException earlier, IOException later) {
        if (earlier == null) {
            return later;
        }
        earlier.addSuppressed(later);
        return earlier;
    }

    /**
     * Reads a file of the archive from the store, line by line.
     *
     * @throws ArchiveElsewhereException if it is in another store
     * @throws DamagedFileException if it ends too early
     */
    public void read(ArchivedMonth file, Consumer<String> line) throws IOException {
        requireHere(file);
        long lines = 0;
        try (BufferedReader reader = reader(file.location())) {
            for (String each = reader.readLine(); each != null; each = reader.readLine()) {
                line.accept(each);
                lines++;
            }
        }
        requireWhole(file, lines);
    }

    // Empty if another run was faster, or there is nothing left to write.
    private Optional<ArchivedMonth> write(HistoryArchive.DueMonth due, Duration age) throws IOException {
        UUID id = UUID.randomUUID();
        String name = "export-history/" + due.month() + "/" + id + ".jsonl";
        URI location = store.locate(name);
        archive.begin(id, location);
        boolean[] answered = {true};
        Optional<ArchivedMonth> file = Optional.empty();
        try {
            file = written(due, age, id, name, location, answered);
            if (file.isPresent()) {
                compare(file.get());
            }
        } catch (IOException | RuntimeException | Error failed) {
            forget(location, answered[0], failed);
            throw failed;
        }
        // After an unknown outcome the file stays: it may be published.
        if (file.isEmpty() || !archive.publish(file.get())) {
            forget(location, answered[0], null);
            return Optional.empty();
        }
        return file;
    }

    private Optional<ArchivedMonth> written(
            HistoryArchive.DueMonth due, Duration age, UUID id, String name, URI location, boolean[] answered)
            throws IOException {
        FileStore.Upload upload = store.open(name, "satchel-export-history-" + due.month() + ".jsonl", CONTENT_TYPE);
        try (upload) {
            MeteredOutputStream bytes = new MeteredOutputStream(upload.body());
            long exports = archive.write(due.month(), age, bytes);
            if (exports == 0) {
                return Optional.empty();
            }
            bytes.flush();
            upload.commit();
            return Optional.of(new ArchivedMonth(
                    id, due.month(), due.part(), location, exports, bytes.count(), bytes.sha256(), false));
        } finally {
            answered[0] = upload.isSettled();
            if (!answered[0]) {
                journal.unanswered(location);
            }
        }
    }

    private void compare(ArchivedMonth file) throws IOException {
        MeteredOutputStream bytes = new MeteredOutputStream(OutputStream.nullOutputStream());
        try (InputStream stored = store.read(file.location())) {
            stored.transferTo(bytes);
        }
        if (bytes.count() != file.bytes() || !bytes.sha256().equals(file.sha256())) {
            throw damaged(file);
        }
    }

    private void forget(URI location, boolean answered, @Nullable Throwable failure) {
        try {
            store.delete(location);
            if (answered) {
                journal.deleted(location);
            }
        } catch (IOException | RuntimeException later) {
            // The clean-up removes it.
            if (failure != null) {
                failure.addSuppressed(later);
            }
        }
    }

    private Moved empty(ArchivedMonth file, BooleanSupplier stopped) throws IOException {
        requireHere(file);
        long lines = 0;
        long removed = 0;
        try (BufferedReader reader = reader(file.location())) {
            for (List<String> batch = batch(reader); !batch.isEmpty(); batch = batch(reader)) {
                if (stopped.getAsBoolean()) {
                    return new Moved(file, removed, false);
                }
                removed += archive.remove(file.id(), batch);
                lines += batch.size();
            }
        }
        requireWhole(file, lines);
        archive.emptied(file.id());
        return new Moved(file, removed, true);
    }

    private static List<String> batch(BufferedReader reader) throws IOException {
        List<String> batch = new ArrayList<>();
        int characters = 0;
        while (batch.size() < BATCH && characters < BATCH_CHARACTERS) {
            String line = reader.readLine();
            if (line == null) {
                break;
            }
            batch.add(line);
            characters += line.length();
        }
        return batch;
    }

    private BufferedReader reader(URI location) throws IOException {
        return new BufferedReader(new InputStreamReader(store.read(location), StandardCharsets.UTF_8));
    }

    private void requireHere(ArchivedMonth file) {
        if (!store.isHere(file.location())) {
            throw new ArchiveElsewhereException(file);
        }
    }

    private static void requireWhole(ArchivedMonth file, long lines) throws DamagedFileException {
        if (lines != file.exports()) {
            throw damaged(file);
        }
    }

    private static DamagedFileException damaged(ArchivedMonth file) {
        return new DamagedFileException(
                "the file " + file.location() + " is not as it was written: restore it from a copy of the store", null);
    }

    /**
     * A month that was moved.
     *
     * @param removed how many exports this run deleted from the database
     * @param isWhole whether the database holds no export any more that is in the file; false if the run was stopped
     */
    public record Moved(ArchivedMonth file, long removed, boolean isWhole) {}
}
