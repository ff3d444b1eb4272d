package dev.satchel.batchexport.cli.export;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.archive.ArchiveHistory;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.session.OwnSessions;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "archive",
        description = {
            "Moves exports that were over long ago from the database to files in the store, one a month.",
            "A month is moved as a whole once it is older than that, in UTC, with its exports that are over and whose"
                    + " file is gone. A line of a file is a row of export_history as JSON. Rows are deleted only after"
                    + " the file was read back; 'satchel export list --archived' reads it.",
            "The files stay when an account is deleted, and name users by their ids."
        },
        footerHeading = """

                Examples:
                  satchel export archive --older-than 90d
                """)
final class ArchiveCommand implements Callable<Integer> {

    /** One to read rows, one for each other question. */
    private static final int CONNECTIONS = 2;

    private final Console console;

    @Option(
            names = "--older-than",
            paramLabel = "TIME",
            description = "Such as 90d; SATCHEL_EXPORT_HISTORY_RETENTION when left out.")
    @Nullable
    String olderThan;

    ArchiveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = new Settings(console.environment());
        Duration age = age(settings.exports());
        List<ArchiveHistory.Moved> moved;
        try (NamedFileStore store = settings.store();
                HikariDataSource pool = settings.database().pool(CONNECTIONS)) {
            moved = archive(settings.satchel(new OwnSessions(pool)), store).run(age, () -> false);
        } catch (MissingFileException | DamagedFileException lost) {
            throw new RefusedException("not every old export was archived: " + lost.getMessage()
                    + "; or, if it is lost for good, delete its row of satchel.export_archive as the owner: then what is"
                    + " left of its month in the database is archived again");
        } catch (IOException refused) {
            throw new RefusedException("old exports were not archived: "
                    + new KnownFailures().diagnose(refused).explanationInFull());
        }
        moved.forEach(month -> console.out()
                .printf(
                        Locale.ROOT,
                        "%s  %d exports  %s%n",
                        month.file().month(),
                        month.removed(),
                        month.file().location()));
        if (moved.isEmpty()) {
            console.out().println("no month is due");
        }
        return 0;
    }

    static ArchiveHistory archive(SatchelPostgres satchel, FileStore store) {
        return new ArchiveHistory(
                satchel.historyArchive(),
                satchel.uploadJournal(),
                store,
                new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords()));
    }

    private Duration age(ExportSettings settings) {
        Duration age = settings.historyRetention();
        if (olderThan != null) {
            try {
                age = DurationStyle.detectAndParse(olderThan);
            } catch (IllegalArgumentException malformed) {
                throw new UsageException(
                        "--older-than '" + olderThan + "' is malformed: expected a time such as 90d or 2160h");
            }
        }
        if (age == null) {
            throw new UsageException(
                    "--older-than is missing: say which exports are old, such as --older-than 90d, or set"
                            + " SATCHEL_EXPORT_HISTORY_RETENTION");
        }
        if (age.compareTo(ExportSettings.SHORTEST_HISTORY) < 0) {
            throw new UsageException("--older-than must be at least 1d, was '" + olderThan + "'");
        }
        return age;
    }
}
