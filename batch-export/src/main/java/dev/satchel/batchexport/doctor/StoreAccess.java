package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Reasons;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.Failure;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import dev.satchel.store.KnownStore;
import dev.satchel.store.MissingFileException;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.util.Optional;

/**
 * Whether the store can be reached, is the one that the database knows, and takes files.
 *
 * <p>A store that no worker has used yet is only read, because its first use would mark it. So is one whose database may
 * not be asked.
 */
final class StoreAccess {

    private static final String CHECK = "store";
    private static final String NOT_THERE = "satchel-store-without-mark";

    private StoreAccess() {}

    static Finding look(FileStore store, Optional<SatchelPostgres> database) {
        String name = "the store " + store.root();
        boolean isMarked;
        try {
            isMarked = database.flatMap(satchel -> satchel.knownStores().find(store.root()))
                    .filter(KnownStore::marked)
                    .isPresent();
        } catch (RuntimeException failed) {
            return read(store, name + " can be read; whether it is the known one, the database could not be asked");
        }
        if (database.isEmpty()) {
            return read(store, name + " can be read; whether it is the known one, the database would say");
        }
        if (!isMarked) {
            return read(store, name + " can be read; no worker has used it yet, so nothing was written to it");
        }
        SatchelPostgres satchel = database.get();
        return probe(
                new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords()), name);
    }

    private static Finding probe(StoreCheck check, String name) {
        try {
            check.recognize();
        } catch (IOException | RuntimeException failed) {
            return Finding.failed(CHECK, Reasons.of(failed), "Until then nothing is delivered to it.");
        }
        try {
            check.probe();
            return Finding.ok(CHECK, name + " is the known one, and took, returned and removed a file");
        } catch (IOException | RuntimeException failed) {
            if (isOfTheDatabase(failed)) {
                return Finding.ok(
                        CHECK,
                        name + " is the known one and can be read; it was not written, because the database could not"
                                + " take the record of it");
            }
            if (new KnownFailures().diagnose(failed).code() == Failure.Code.ACCESS_DENIED) {
                return Finding.warning(
                        CHECK,
                        name + " is the known one and can be read, but not written: " + Reasons.of(failed),
                        "If a worker has these credentials, let them write and delete.");
            }
            return Finding.failed(CHECK, Reasons.of(failed), "Correct it: exports wait until the store takes files.");
        }
    }

    // A file that is not there: it is enough that the store says so.
    private static Finding read(FileStore store, String found) {
        try {
            store.read(store.locate(NOT_THERE)).close();
            return Finding.ok(CHECK, found);
        } catch (MissingFileException answered) {
            return Finding.ok(CHECK, found);
        } catch (IOException | RuntimeException failed) {
            return Finding.failed(
                    CHECK, Reasons.of(failed), "Correct it: exports wait until the store can be reached.");
        }
    }

    private static boolean isOfTheDatabase(Throwable failed) {
        return !Reasons.state(failed).isEmpty()
                || new KnownFailures().diagnose(failed).code().isOfTheDatabase();
    }
}
