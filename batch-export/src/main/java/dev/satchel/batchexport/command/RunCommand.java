package dev.satchel.batchexport.command;

import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.job.CleanUpReport;
import dev.satchel.batchexport.job.ExportSettings;
import dev.satchel.batchexport.job.RunReport;
import dev.satchel.batchexport.job.RunTerms;
import dev.satchel.batchexport.job.StopSignal;
import dev.satchel.batchexport.job.Worker;
import dev.satchel.export.Delivery;
import dev.satchel.export.FileStore;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = {
            "Delivers every export that waits, then ends; with --watch goes on and on.",
            "Ends with 1 when an export was given up, or its end is not known. Any number of workers may run at once."
        })
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final Duration WATCH_PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);

    private final Console console;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many exports to deliver side by side; ${DEFAULT-VALUE} when left out.")
    int concurrency;

    @Option(names = "--watch", description = "Wait for more when nothing waits any more, until told to stop (SIGTERM).")
    boolean watch;

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        StopSignal stop = new StopSignal();
        Settings settings = new Settings(console.environment());
        Database database = settings.database();
        FileStore store = settings.store();
        ExportSettings exports = settings.exports();
        RunTerms terms = terms(stop);
        RunReport.Totals totals;
        try (Progress progress = new Progress()) {
            RunReport report = new RunReport(progress::show);
            try (Worker worker = Worker.start(
                            settings.environment(),
                            database,
                            store,
                            new StandardFileFormats(settings.csv()),
                            exports,
                            terms,
                            report,
                            new CleanUpReport(removal -> {}));
                    StopOnExit exit = new StopOnExit(stop, exports.stopGrace())) {
                if (watch) {
                    watch(worker, exit.signal(), exports);
                } else {
                    worker.exportRun();
                }
            }
            totals = report.totals();
        }
        return summary(totals);
    }

    private RunTerms terms(StopSignal stop) {
        try {
            return new RunTerms(ManagementFactory.getRuntimeMXBean().getName(), concurrency, stop);
        } catch (IllegalArgumentException outOfRange) {
            throw new UsageException(outOfRange.getMessage());
        }
    }

    private static void watch(Worker worker, StopSignal stop, ExportSettings exports) {
        while (!stop.isStopping()) {
            try {
                worker.history().rescue(exports.attempts());
                if (worker.history().untilNextDue().isPresent()) {
                    worker.exportRun();
                }
                stop.await(WATCH_PAUSE);
            } catch (RuntimeException passing) {
                // A worker that watches outlives a restart of the database.
                LOG.warn(
                        "run ended early, going on in {} s: {}",
                        PAUSE_AFTER_FAILURE.toSeconds(),
                        Problems.explain(passing));
                stop.await(PAUSE_AFTER_FAILURE);
            }
        }
    }

    private int summary(RunReport.Totals totals) {
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
        return totals.failed() == 0 && totals.unconfirmed() == 0 ? 0 : 1;
    }

    /** Says how each attempt ended: a line in the log, and a bar where a person watches. */
    private final class Progress implements AutoCloseable {

        private final @Nullable ProgressBar bar = console.watched() ? new ProgressBar("exports", -1) : null;

        void show(Delivery delivery) {
            if (bar != null) {
                bar.step();
            }
            if (delivery instanceof Delivery.Delivered done) {
                LOG.info(
                        "export {} delivered: type={} format={} rows={} bytes={}",
                        done.exportId(),
                        done.export().request().type().key(),
                        done.export().request().format().key(),
                        done.export().file().recordCount(),
                        done.export().file().bytes());
            } else if (delivery instanceof Delivery.Retried again) {
                LOG.warn(
                        "export {} comes again in {} s: {}",
                        again.exportId(),
                        again.delay().toSeconds(),
                        again.failure().message());
                LOG.debug("export {}", again.exportId(), again.cause());
            } else if (delivery instanceof Delivery.GivenUp failed) {
                LOG.error(
                        "export {} failed: {} ({})",
                        failed.exportId(),
                        failed.export().failure().message(),
                        failed.cause().getClass().getSimpleName());
                LOG.debug("export {}", failed.exportId(), failed.cause());
            } else if (delivery instanceof Delivery.Released released) {
                LOG.info("export {} released: the worker is stopping", released.exportId());
            } else if (delivery instanceof Delivery.Unconfirmed unsure) {
                LOG.warn("export {}: the database did not answer; its lease will tell", unsure.exportId());
                LOG.debug("export {}", unsure.exportId(), unsure.cause());
            } else {
                LOG.warn("export {} is no longer this worker's", delivery.exportId());
            }
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
            }
        }
    }
}
