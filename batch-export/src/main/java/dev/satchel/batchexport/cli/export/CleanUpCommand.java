package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.run.cleanup.CleanUpRun;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.ProgramLog;
import dev.satchel.store.FileStore;
import dev.satchel.store.UploadJournal;
import dev.satchel.store.UploadJournal.Reason;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "cleanup",
        description = {
            "Removes files that expired or that nothing refers to, and ends broken streaks.",
            "Nothing refers to the file of a deleted export, or of an attempt that failed. A streak is broken when its"
                    + " user had no session yesterday.",
            "Ends with 1 when a file could not be removed; the next clean-up tries it again. Files in other stores than"
                    + " SATCHEL_STORE names are counted and left alone."
        },
        footerHeading = """

                Examples:
                  satchel cleanup
                  satchel cleanup --quiet
                """)
public final class CleanUpCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUpCommand.class);

    private final Console console;

    @Option(
            names = {"-q", "--quiet"},
            description =
                    "Print nothing of files that were removed: only what could not be, and files in other stores.")
    boolean quiet;

    CleanUpCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        return quiet ? ProgramLog.quietly(this::cleanUp) : cleanUp();
    }

    private int cleanUp() throws SQLException {
        Settings settings = new Settings(console.environment());
        Database database = settings.database();
        FileStore store = settings.store();
        ExportSettings exports = settings.exports();
        CleanUpReport report = new CleanUpReport(CleanUpCommand::log);
        try (CleanUpRun cleanUp = CleanUpRun.start(database, store, settings.datasets(), exports, report)) {
            cleanUp.run();
        }
        report.unreadable().forEach(CleanUpCommand::log);
        int exit = report.kept() == 0 && report.refusal().isEmpty() ? 0 : 1;
        boolean isTold = !quiet || exit != 0;
        if (isTold) {
            removed(report);
        }
        report.elsewhere().forEach(this::name);
        if (isTold) {
            console.out().printf(Locale.ROOT, "ended %d streaks%n", report.streaksEnded());
        }
        report.refusal().ifPresent(CleanUpCommand::log);
        return exit;
    }

    private void removed(CleanUpReport report) {
        console.out()
                .printf(
                        Locale.ROOT,
                        "removed %d expired, %d of deleted exports, %d never published; kept %d%n",
                        report.removed(Reason.EXPIRED),
                        report.removed(Reason.ROW_DELETED),
                        report.removed(Reason.NEVER_PUBLISHED),
                        report.kept());
    }

    private void name(UploadJournal.Elsewhere other) {
        console.out()
                .printf(
                        Locale.ROOT,
                        "left %d in another store, %s: run this with SATCHEL_STORE=%s, or 'satchel store forget' if that"
                                + " store is gone%n",
                        other.objects(),
                        other.root(),
                        other.root());
    }

    private static void log(CleanUpReport.Refusal refusal) {
        LOG.error("nothing removed: {}", refusal.failure().explanationInFull());
        LOG.debug("clean-up", refusal.cause());
    }

    private static void log(UploadJournal.Unreadable unreadable) {
        LOG.error(
                "file of export {} not removed: its record '{}' is no location of a file; look for the file by hand, then"
                        + " delete that row of satchel.upload_journal",
                unreadable.exportId(),
                unreadable.text());
    }

    private static void log(CleanUpReport.Removal removal) {
        String reason = removal.leftover().reason().name().toLowerCase(Locale.ROOT);
        if (removal.failure() == null) {
            LOG.info("file of export {} removed: {}", removal.leftover().exportId(), reason);
        } else {
            LOG.error(
                    "file of export {} not removed ({}): {}",
                    removal.leftover().exportId(),
                    reason,
                    removal.failure().explanationInFull());
            LOG.debug("export {}", removal.leftover().exportId(), removal.cause());
        }
    }
}
