package dev.satchel.batchexport.cli.export;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.cli.metrics.MetricsFileOption;
import dev.satchel.batchexport.cli.metrics.RecordedCommand;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.RunSettings;
import dev.satchel.batchexport.run.RunSummary;
import dev.satchel.batchexport.run.failure.FirstAnswer;
import dev.satchel.batchexport.run.listener.RunProgress;
import dev.satchel.batchexport.run.listener.RunTotals;
import dev.satchel.batchexport.run.partition.PartitionSettings;
import dev.satchel.batchexport.run.stop.StopOnExit;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.postgres.session.OwnSessions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = {
            "Delivers every export that waits, then ends; with --watch goes on and on.",
            "Ends with 1 when an export failed or is left waiting. Any number of workers may run at once."
        },
        footerHeading = """

                Examples:
                  satchel export run
                  satchel export run --watch --concurrency 8
                  satchel export run --quiet
                """)
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final Console console;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many exports to deliver side by side; ${DEFAULT-VALUE} when left out. With --watch and"
                    + " SATCHEL_PARTITION_ABOVE, 0 delivers only parts of other workers' exports.")
    int concurrency;

    @Option(names = "--watch", description = "Wait for more when nothing waits any more, until told to stop (SIGTERM).")
    boolean watch;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing of exports that were delivered: only what failed or waits.")
    boolean quiet;

    @Mixin
    MetricsFileOption metrics = new MetricsFileOption();

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (RecordedCommand recorded = metrics.begin(SatchelJob.EXPORT_RUN)) {
            return run(recorded);
        }
    }

    private int run(RecordedCommand recorded) throws SQLException {
        StopSignal stop = new StopSignal();
        Settings settings = new Settings(console.environment());
        Database database = settings.database();
        ExportSettings exports = settings.exports();
        PartitionSettings partition = settings.partition();
        FileFormats formats = settings.formats();
        RunTotals totals = new RunTotals();
        try (NamedFileStore store = settings.store();
                RunProgress progress = progress();
                HikariDataSource pool = pool(database, connections(partition), stop);
                ExportWorker worker = recorded.measured(ExportWorker.builder(new OwnSessions(pool), store)
                                .datasets(settings.datasets())
                                .formats(formats)
                                .settings(exports)
                                .partition(partition)
                                .concurrency(concurrency)
                                .listener(totals)
                                .listener(progress)
                                .quiet(quiet)
                                .stopSignal(stop))
                        .build();
                StopOnExit exit = new StopOnExit(stop, exports.stopGrace())) {
            RunSummary summary;
            try {
                summary = deliver(worker, progress, totals);
            } finally {
                recorded.write();
            }
            if (exit.signal().isStopping()) {
                LOG.info("stopped by a signal: what is left waits for another run");
            }
            print(summary.left());
            return summary.isComplete() ? 0 : 1;
        }
    }

    private HikariDataSource pool(Database database, int connections, StopSignal stop) throws SQLException {
        return watch
                ? new FirstAnswer(stop, () -> false).of(() -> database.pool(connections))
                : database.pool(connections);
    }

    private RunProgress progress() {
        return console.watched() && !quiet ? RunProgress.shown(console.coloured()) : RunProgress.hidden();
    }

    private RunSummary deliver(ExportWorker worker, RunProgress progress, RunTotals totals) {
        worker.checkStore();
        if (!watch) {
            progress.expect(() -> worker.backlog().waiting());
        }
        try {
            return watch ? worker.watch() : worker.run();
        } finally {
            print(totals);
        }
    }

    private int connections(PartitionSettings partition) {
        if (concurrency == 0 && partition.isOn() && !watch) {
            throw new UsageException(
                    "--concurrency 0 delivers parts of other workers' exports and nothing else: it needs --watch");
        }
        try {
            return RunSettings.connections(concurrency, partition);
        } catch (IllegalArgumentException outOfRange) {
            throw new UsageException(outOfRange.getMessage());
        }
    }

    private void print(RunTotals totals) {
        if (quiet
                && totals.failed() + totals.retried() + totals.unfinished() + totals.cancelled() + totals.unconfirmed()
                        == 0) {
            return;
        }
        console.out()
                .printf(
                        Locale.ROOT,
                        "delivered %d (%d records, %d bytes), failed %d, retried %d, unfinished %d%s%n",
                        totals.delivered(),
                        totals.records(),
                        totals.bytes(),
                        totals.failed(),
                        totals.retried(),
                        totals.unfinished() + totals.unconfirmed(),
                        totals.cancelled() == 0 ? "" : ", cancelled " + totals.cancelled());
    }

    private void print(ExportHistory.Backlog left) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(left.pending())
                .forEach((code, exports) ->
                        parts.add(code.isEmpty() ? exports + " pending" : exports + " pending with " + code));
        if (left.held() > 0) {
            parts.add(left.held() + " held by other workers");
        }
        if (left.silent() > 0) {
            parts.add(left.silent() + " held by workers that stopped answering");
        }
        if (!parts.isEmpty()) {
            console.out().println("left " + String.join(", ", parts));
        }
    }
}
