package dev.satchel.batchexport.cli.export;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.cli.metrics.MetricsFileOption;
import dev.satchel.batchexport.cli.metrics.RecordedCommand;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.postgres.session.OwnSessions;
import dev.satchel.store.UploadJournal;
import dev.satchel.store.UploadJournal.Reason;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "cleanup",
        description = {
            "Removes files that expired or that nothing refers to, and ends broken streaks.",
            "Nothing refers to the file of a deleted export, or of an attempt that failed. A streak is broken when its"
                    + " user had no session yesterday.",
            "Ends with 1 when a file could not be removed; the next clean-up tries it again. Files in other stores than"
                    + " SATCHEL_STORE names are counted and left alone.",
            "With SATCHEL_EXPORT_HISTORY_RETENTION, also archives exports that were over before that, as 'export archive'"
                    + " does."
        },
        footerHeading = """

                Examples:
                  satchel cleanup
                  satchel cleanup --quiet
                """)
public final class CleanUpCommand implements Callable<Integer> {

    private final Console console;

    @Option(
            names = {"-q", "--quiet"},
            description =
                    "Print nothing of files that were removed: only what could not be, and files in other stores.")
    boolean quiet;

    @Mixin
    MetricsFileOption metrics = new MetricsFileOption();

    CleanUpCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (RecordedCommand recorded = metrics.begin(SatchelJob.CLEANUP)) {
            return run(recorded);
        }
    }

    private int run(RecordedCommand recorded) throws SQLException {
        Settings settings = new Settings(console.environment());
        Database database = settings.database();
        ExportSettings exports = settings.exports();
        CleanUpReport report;
        try (NamedFileStore store = settings.store();
                HikariDataSource pool = database.pool(ExportCleanUp.CONNECTIONS);
                ExportCleanUp cleanUp = recorded.measured(ExportCleanUp.builder(new OwnSessions(pool), store)
                                .datasets(settings.datasets())
                                .settings(exports)
                                .quiet(quiet))
                        .build()) {
            try {
                report = cleanUp.run();
            } finally {
                recorded.write();
            }
        }
        int exit = report.isComplete() ? 0 : 1;
        boolean isTold = !quiet || exit != 0;
        if (isTold) {
            removed(report);
        }
        report.elsewhere().forEach(this::name);
        if (isTold) {
            console.out().printf(Locale.ROOT, "ended %d streaks%n", report.streaksEnded());
            if (exports.historyRetention() != null) {
                console.out().printf(Locale.ROOT, "archived %d exports%n", report.archived());
            }
        }
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
}
