package dev.satchel.batchexport.command;

import dev.satchel.keys.DataKeys;
import dev.satchel.keys.KeyEncryptionKeys;
import dev.satchel.postgres.FileKeyEncryptionKeys;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rotate",
        description = {
            "Adds a new primary key to the file of key-encryption keys, and wraps every data key anew with it, while",
            "keys are set and used. A rotation that was stopped is finished first, without another new key.",
            "What the data keys seal stays as it is. Ends with 1 when data keys are left that others have locked.",
            "A key in AWS KMS is rotated there, and never added here: what is under its earlier material is wrapped anew."
        })
final class RotateKeysCommand implements Callable<Integer> {

    /** Data keys per transaction. */
    private static final int BATCH = 200;

    private static final int PATIENCE = 50;

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
        if (retire && !(new Settings(console.environment()).kekAddress() instanceof KekAddress.File)) {
            throw new UsageException("--retire takes keys out of a file, and SATCHEL_KEK names a key in AWS KMS, which"
                    + " keeps its earlier material itself: leave --retire out");
        }
        Kek.Vault vault = Kek.vault(console);
        DataKeys dataKeys = vault.dataKeys();
        if (dryRun) {
            report(dataKeys, vault.keyEncryptionKeys());
            return 0;
        }
        if (!resume && vault.keyEncryptionKeys() instanceof FileKeyEncryptionKeys file) {
            if (left(dataKeys, file) == 0) {
                console.out().println("added the key " + Kek.refused(file::addPrimary));
            } else {
                console.out().println("finishing a rotation that was stopped");
            }
        }
        long rewrapped = 0;
        int waits = 0;
        while (left(dataKeys, vault.keyEncryptionKeys()) > 0 && waits < PATIENCE) {
            int some = dataKeys.rewrapNext(BATCH);
            rewrapped += some;
            if (some == 0) {
                waits++;
                Thread.sleep(100);
            } else {
                waits = 0;
            }
        }
        console.out().println("wrapped " + rewrapped + " data keys anew");
        if (retire && vault.keyEncryptionKeys() instanceof FileKeyEncryptionKeys file) {
            retire(dataKeys, file);
        }
        report(dataKeys, vault.keyEncryptionKeys());
        return left(dataKeys, vault.keyEncryptionKeys()) == 0 ? 0 : 1;
    }

    private void retire(DataKeys dataKeys, FileKeyEncryptionKeys file) {
        List<String> idle = new ArrayList<>(file.ids());
        idle.remove(file.primaryId());
        idle.removeAll(dataKeys.countByKeyEncryptionKey().keySet());
        for (String id : idle) {
            Kek.refused(() -> {
                file.retire(id);
                return id;
            });
            console.out().println("retired the key " + id);
        }
    }

    private static long left(DataKeys dataKeys, KeyEncryptionKeys keys) {
        String primary = keys.primaryId();
        return dataKeys.countByKeyEncryptionKey().entrySet().stream()
                .filter(entry -> !entry.getKey().equals(primary))
                .mapToLong(java.util.Map.Entry::getValue)
                .sum();
    }

    private void report(DataKeys dataKeys, KeyEncryptionKeys keys) {
        SortedMap<String, Long> counts = new java.util.TreeMap<>(dataKeys.countByKeyEncryptionKey());
        String primary = keys.primaryId();
        counts.putIfAbsent(primary, 0L);
        counts.forEach((id, count) -> console.out()
                .printf(Locale.ROOT, "%s wraps %d data keys%s%n", id, count, id.equals(primary) ? " (primary)" : ""));
    }
}
