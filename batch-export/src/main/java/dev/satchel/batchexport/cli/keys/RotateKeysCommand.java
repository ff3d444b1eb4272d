package dev.satchel.batchexport.cli.keys;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.settings.KekAddress;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.KeyRotation;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rotate",
        description = {
            "Adds a key-encryption key and re-wraps every data key with it.",
            "Keys may be set and used meanwhile, and what the data keys seal stays as it is. A rotation may be stopped or"
                    + " killed at any moment: the next one finishes it first, without another new key.",
            "A key in AWS KMS is rotated in AWS KMS: here, what is under its earlier material is re-wrapped.",
            "Ends with 1 when data keys are left: those that others have locked, and those that cannot be opened."
        },
        footerHeading = """

                Examples:
                  satchel keys rotate --dry-run
                  satchel keys rotate
                """)
final class RotateKeysCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--dry-run", description = "Only say how many data keys each key-encryption key wraps.")
    boolean dryRun;

    @Option(names = "--resume", description = "Re-wrap with the primary key there is, without adding one.")
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
        // One connection for all of it: to open one takes about as long as to re-wrap a hundred data keys.
        try (HikariDataSource connection = settings.database().pool(1)) {
            KeyRotation rotation = new KeyRotation(
                    new SatchelPostgres(connection).dataKeys(keys),
                    keys,
                    pause -> TimeUnit.MILLISECONDS.sleep(pause.toMillis()));
            if (dryRun) {
                print(rotation.counts(), keys.primaryId());
                return 0;
            }
            KeyRotation.Outcome outcome = rotation.rotate(!resume, retire, new Printed(console));
            print(outcome.counts(), outcome.primary());
            warn(outcome);
            return outcome.isComplete() && outcome.retired() ? 0 : 1;
        }
    }

    private void print(SortedMap<String, Long> counts, String primary) {
        counts.forEach((id, count) -> console.out()
                .printf(Locale.ROOT, "%s wraps %d data keys%s%n", id, count, id.equals(primary) ? " (primary)" : ""));
    }

    private void warn(KeyRotation.Outcome outcome) {
        if (outcome.locked() > 0) {
            console.err()
                    .println("satchel: " + outcome.locked()
                            + " data keys are left that others have locked: run 'satchel keys rotate --resume' again");
        }
        if (!outcome.unopenable().isEmpty()) {
            long sum = outcome.unopenable().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            console.err()
                    .println("satchel: " + sum
                            + " data keys are left that cannot be re-wrapped, because the key-encryption key is"
                            + " missing or they are broken: "
                            + outcome.unopenable().entrySet().stream()
                                    .map(entry -> entry.getValue() + " of " + entry.getKey())
                                    .collect(Collectors.joining(", ")));
        }
    }

    /** Prints what a rotation does. */
    private record Printed(Console console) implements KeyRotation.Listener {

        @Override
        public void added(String id) {
            console.out().println("added the key " + id);
        }

        @Override
        public void finishing() {
            console.out().println("finishing a rotation that was stopped");
        }

        @Override
        public void waiting(long locked) {
            console.err().println("waiting for " + locked + " data keys that others have locked");
        }

        @Override
        public void rewrapped(long count) {
            console.out().println("re-wrapped " + count + " data keys");
        }

        @Override
        public void retired(String id) {
            console.out().println("retired the key " + id);
        }

        @Override
        public void notRetired(List<String> missing) {
            console.err()
                    .println("satchel: no key is retired, because "
                            + (missing.isEmpty()
                                    ? "the database holds no data keys any more"
                                    : "data keys are wrapped by " + String.join(", ", missing)
                                            + ", which SATCHEL_KEK does not name")
                            + ": its keys may be those of another database, where they still wrap something");
        }
    }
}
