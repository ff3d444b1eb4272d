package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.RunSettings;
import dev.satchel.batchexport.run.Worker;
import dev.satchel.batchexport.run.listener.RunLog;
import dev.satchel.batchexport.run.listener.RunProgress;
import dev.satchel.batchexport.run.listener.RunTotals;
import dev.satchel.batchexport.run.stop.StopOnExit;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.ProgramLog;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.export.ExportHistory;
import dev.satchel.store.FileStore;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
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
            description = "How many exports to deliver side by side; ${DEFAULT-VALUE} when left out.")
    int concurrency;

    @Option(names = "--watch", description = "Wait for more when nothing waits any more, until told to stop (SIGTERM).")
    boolean watch;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing of exports that were delivered: only what failed or waits.")
    boolean quiet;

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        return quiet ? ProgramLog.quietly(this::deliver) : deliver();
    }

    private int deliver() throws SQLException {
        StopSignal stop = new StopSignal();
        Settings settings = new Settings(console.environment());
        Database database = settings.database();
        FileStore store = settings.store();
        ExportSettings exports = settings.exports();
        RunSettings runSettings = runSettings(stop);
        RunTotals totals = new RunTotals();
        try (RunProgress progress = progress();
                Worker worker = Worker.start(
                        database,
                        store,
                        new StandardFileFormats(settings.csv()),
                        settings.datasets(),
                        exports,
                        runSettings,
                        List.of(totals, new RunLog(), progress));
                StopOnExit exit = new StopOnExit(stop, exports.stopGrace())) {
            worker.checkStore();
            if (!watch) {
                progress.expect(() -> worker.left().waiting());
            }
            try {
                worker.run();
            } finally {
                summary(totals);
            }
            if (exit.signal().isStopping()) {
                LOG.info("stopped by a signal: what is left waits for another run");
            }
            return verdict(totals, worker.left());
        }
    }

    private RunProgress progress() {
        return console.watched() && !quiet ? RunProgress.shown(console.coloured()) : RunProgress.hidden();
    }

    private RunSettings runSettings(StopSignal stop) {
        try {
            return new RunSettings(ManagementFactory.getRuntimeMXBean().getName(), concurrency, watch, stop);
        } catch (IllegalArgumentException outOfRange) {
            throw new UsageException(outOfRange.getMessage());
        }
    }

    private void summary(RunTotals totals) {
        if (quiet && totals.failed() + totals.retried() + totals.unfinished() + totals.unconfirmed() == 0) {
            return;
        }
        console.out()
                .printf(
                        Locale.ROOT,
                        "delivered %d (%d records, %d bytes), failed %d, retried %d, unfinished %d%n",
                        totals.delivered(),
                        totals.records(),
                        totals.bytes(),
                        totals.failed(),
                        totals.retried(),
                        totals.unfinished() + totals.unconfirmed());
    }

    // What another worker holds is that one's to deliver, unless it was not heard of for longer than this run waits.
    private int verdict(RunTotals totals, ExportHistory.Backlog left) {
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
        return totals.failed() == 0 && left.waiting() == 0 && left.silent() == 0 ? 0 : 1;
    }
}
