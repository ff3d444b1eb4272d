package dev.satchel.batchexport.cli.keys;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.settings.KekAddress;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rotate",
        description = {
            "Adds a key-encryption key and wraps every data key anew with it.",
            "Keys may be set and used meanwhile, and what the data keys seal stays as it is. A rotation may be stopped or"
                    + " killed at any moment: the next one finishes it first, without another new key.",
            "A key in AWS KMS is rotated in AWS KMS: here, what is under its earlier material is wrapped anew.",
            "Ends with 1 when data keys are left: those that others have locked, and those that cannot be opened."
        })
final class RotateKeysCommand implements Callable<Integer> {

    /** Data keys per transaction. More are hardly faster, and their rows are locked for longer. */
    private static final int BATCH = 500;

    private static final int PATIENCE = 50;
    private static final long PAUSE_MILLIS = 100;

    private final Console console;

    @Option(names = "--dry-run", description = "Only say how many data keys each key-encryption key wraps.")
    boolean dryRun;

    @Option(names = "--resume", description = "Wrap anew with the primary key there is, without adding one.")
    boolean resume;

    @Option(
            names = "--retire",
            description = "Afterwards, take keys out of the file that wrap nothing any more. For a file only.")
    boolean retire;

    RotateKeysCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, InterruptedException {
        Settings settings = new Settings(console.environment());
        if (retire && !(settings.kekAddress() instanceof KekAddress.File)) {
            throw new UsageException("--retire takes keys out of a file, and SATCHEL_KEK names a key in AWS KMS, which"
                    + " keeps its earlier material itself: leave --retire out");
        }
        KeyEncryptionKeys keys = Kek.keyEncryptionKeys(settings);
        // One connection for all of it: to open one takes about as long as to wrap a hundred data keys anew.
        try (HikariDataSource connection = settings.database().pool(1)) {
            DataKeys dataKeys = new SatchelPostgres(connection).dataKeys(keys);
            if (dryRun) {
                report(dataKeys, keys);
                return 0;
            }
            return rotate(dataKeys, keys);
        }
    }

    private int rotate(DataKeys dataKeys, KeyEncryptionKeys keys) throws InterruptedException {
        dataKeys.requireOwnKeyEncryptionKeys();
        if (retire && dataKeys.countByKeyEncryptionKey().isEmpty()) {
            throw new RefusedException(
                    "the database holds no data keys, and so does not show whether the key-encryption"
                            + " keys are its own, or wrap data keys in another database: leave --retire out, or name that"
                            + " database in DATABASE_URL; nothing was changed");
        }
        if ((!resume || retire) && keys instanceof FileKeyEncryptionKeys file) {
            // Before anything is wrapped anew, because a rotation that stops half-way is worse than none.
            Kek.refused(file::requireChangeable);
        }
        long rewrapped = 0;
        if (!resume && keys instanceof FileKeyEncryptionKeys file) {
            rewrapped = left(dataKeys, keys) == 0 ? 0 : dataKeys.rewrapNext(BATCH);
            // What can never be opened makes no rotation unfinished: it would be the last one there could be.
            if (rewrapped == 0 && left(dataKeys, keys) <= sum(dataKeys.countUnopenable())) {
                console.out().println("added the key " + Kek.refused(file::addPrimary));
            } else {
                console.out().println("finishing a rotation that was stopped");
            }
        }
        rewrapped += rewrapAll(dataKeys, keys);
        console.out().println("wrapped " + rewrapped + " data keys anew");
        boolean isRetired = !(retire && keys instanceof FileKeyEncryptionKeys file) || retire(dataKeys, file);
        report(dataKeys, keys);
        return Math.max(leftovers(dataKeys, keys), isRetired ? 0 : 1);
    }

    /** Wraps anew until nothing is left that can be, and waits for what others have locked. */
    private long rewrapAll(DataKeys dataKeys, KeyEncryptionKeys keys) throws InterruptedException {
        long rewrapped = 0;
        long unopenable = 0;
        int waits = 0;
        while (true) {
            int some = dataKeys.rewrapNext(BATCH);
            if (some > 0) {
                rewrapped += some;
                waits = 0;
                continue;
            }
            long left = left(dataKeys, keys);
            if (waits == 0 && left > 0) {
                unopenable = sum(dataKeys.countUnopenable());
            }
            if (left <= unopenable || waits == PATIENCE) {
                return rewrapped;
            }
            if (waits == 0) {
                console.err().println("waiting for " + (left - unopenable) + " data keys that others have locked");
            }
            waits++;
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** False if keys stay that wrap nothing here, because they may wrap something in another database. */
    private boolean retire(DataKeys dataKeys, FileKeyEncryptionKeys file) {
        Set<String> inUse = dataKeys.keyEncryptionKeysInUse();
        List<String> idle = new ArrayList<>(file.ids());
        idle.remove(file.primaryId());
        idle.removeAll(inUse);
        List<String> missing =
                inUse.stream().filter(id -> !file.holds(id)).sorted().toList();
        if (!idle.isEmpty() && (inUse.isEmpty() || !missing.isEmpty())) {
            console.err()
                    .println("satchel: no key is retired, because "
                            + (missing.isEmpty()
                                    ? "the database holds no data keys any more"
                                    : "data keys are wrapped by " + String.join(", ", missing)
                                            + ", which SATCHEL_KEK does not" + " name")
                            + ": its keys may be those of another database, where they still wrap something");
            return false;
        }
        for (String id : idle) {
            if (Kek.refused(() -> retired(file, id))) {
                console.out().println("retired the key " + id);
            }
        }
        return true;
    }

    private static boolean retired(FileKeyEncryptionKeys file, String id) {
        if (!file.ids().contains(id)) {
            // Another rotation was faster.
            return false;
        }
        file.retire(id);
        return true;
    }

    private int leftovers(DataKeys dataKeys, KeyEncryptionKeys keys) {
        long left = left(dataKeys, keys);
        if (left == 0) {
            return 0;
        }
        SortedMap<String, Long> unopenable = dataKeys.countUnopenable();
        long locked = left - sum(unopenable);
        if (locked > 0) {
            console.err()
                    .println("satchel: " + locked
                            + " data keys are left that others have locked: run 'satchel keys rotate --resume' again");
        }
        if (!unopenable.isEmpty()) {
            console.err()
                    .println("satchel: " + sum(unopenable)
                            + " data keys are left that cannot be wrapped anew, because the key-encryption key is"
                            + " missing or they are broken: "
                            + unopenable.entrySet().stream()
                                    .map(entry -> entry.getValue() + " of " + entry.getKey())
                                    .collect(Collectors.joining(", ")));
        }
        return 1;
    }

    private static long left(DataKeys dataKeys, KeyEncryptionKeys keys) {
        SortedMap<String, Long> counts = dataKeys.countByKeyEncryptionKey();
        counts.remove(keys.primaryId());
        return sum(counts);
    }

    private static long sum(SortedMap<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private void report(DataKeys dataKeys, KeyEncryptionKeys keys) {
        SortedMap<String, Long> counts = new TreeMap<>(dataKeys.countByKeyEncryptionKey());
        String primary = keys.primaryId();
        counts.putIfAbsent(primary, 0L);
        counts.forEach((id, count) -> console.out()
                .printf(Locale.ROOT, "%s wraps %d data keys%s%n", id, count, id.equals(primary) ? " (primary)" : ""));
    }
}
