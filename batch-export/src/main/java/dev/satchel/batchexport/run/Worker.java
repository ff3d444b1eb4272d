package dev.satchel.batchexport.run;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.schema.check.WorkerLogins;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreProbe;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** A worker with its pool of connections: starts the jobs, any number of times, until it is closed. */
public final class Worker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final AnnotationConfigApplicationContext context;

    private Worker(AnnotationConfigApplicationContext context) {
        this.context = context;
    }

    /**
     * Connects and makes ready.
     *
     * @throws SQLException if the database cannot be used; nothing is left open then
     */
    public static Worker start(
            Database database,
            FileStore store,
            FileFormats formats,
            PostgresDatasets datasets,
            ExportSettings settings,
            RunSettings runSettings,
            RunReport exports,
            CleanUpReport removals)
            throws SQLException {
        HikariDataSource pool = database.pool(runSettings.connections());
        // No application of Spring Boot's: that would configure the logging and read the settings of the service that
        // hosts this one, or of the folder it starts in.
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean("dataSource", DataSource.class, () -> pool);
        context.registerBean(FileStore.class, () -> store);
        context.registerBean(FileFormats.class, () -> formats);
        context.registerBean(PostgresDatasets.class, () -> datasets);
        context.registerBean(ExportSettings.class, () -> settings);
        context.registerBean(RunSettings.class, () -> runSettings);
        context.registerBean(RunReport.class, () -> exports);
        context.registerBean(CleanUpReport.class, () -> removals);
        context.register(ExportJobs.class);
        try {
            warnOfUnboundLogin(pool);
            context.refresh();
            return new Worker(context);
        } catch (SQLException | RuntimeException failed) {
            pool.close();
            throw failed;
        }
    }

    private static void warnOfUnboundLogin(DataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            WorkerLogins.warning(connection).ifPresent(LOG::warn);
        }
    }

    /**
     * Makes sure that exports can be delivered to the store, before any is claimed.
     *
     * @throws StoreFailedException if the store fails its probe
     */
    public void checkStore() {
        try {
            context.getBean(StoreProbe.class).probe();
        } catch (IOException | RuntimeException failed) {
            throw new StoreFailedException(failed);
        }
    }

    /**
     * Delivers exports until nothing is left that a run can deliver, or, where it watches, until the signal says stop.
     *
     * @throws RuntimeException why it ended although something was left
     */
    public void exportRun() {
        RunReport report = context.getBean(RunReport.class);
        Optional<Throwable> failure = failure(report);
        report.endedBy().ifPresent(reason -> {
            throw reason;
        });
        failure.ifPresent(unrecorded -> {
            LOG.warn("the database has no complete record of this run");
            LOG.debug("the record of the run", unrecorded);
        });
    }

    // Where places were at work, they say how the run ended; Spring Batch then only failed to keep its record.
    private Optional<Throwable> failure(RunReport report) {
        try {
            JobExecution run = run("exportRun");
            if (!isCompleted(run) && !report.hasBegun()) {
                throw new IllegalStateException("the run did not begin", failure(run));
            }
            return isCompleted(run) ? Optional.empty() : Optional.of(failure(run));
        } catch (RuntimeException unrecorded) {
            if (!report.hasBegun()) {
                throw unrecorded;
            }
            return Optional.of(unrecorded);
        }
    }

    /** What the last run left. */
    public ExportHistory.Backlog left() {
        return context.getBean(WaitingExports.class).left();
    }

    /** Removes what is due. */
    public void cleanUp() {
        JobExecution run = run("cleanup");
        if (!isCompleted(run)) {
            throw new IllegalStateException("the clean-up failed", failure(run));
        }
    }

    private JobExecution run(String job) {
        // Every run is an instance of its own: it is never restarted, the next run goes on where it ended.
        JobParameters parameters = new JobParametersBuilder()
                .addString("run", UUID.randomUUID().toString())
                .toJobParameters();
        try {
            return context.getBean(JobOperator.class).start(context.getBean(job, Job.class), parameters);
        } catch (JobExecutionException refused) {
            throw new IllegalStateException("the job " + job + " could not be started", refused);
        }
    }

    private static boolean isCompleted(JobExecution run) {
        return run.getExitStatus().getExitCode().equals(ExitStatus.COMPLETED.getExitCode());
    }

    private static Throwable failure(JobExecution run) {
        return run.getAllFailureExceptions().stream()
                .findFirst()
                .orElseGet(() -> new IllegalStateException(
                        "the job ended as " + run.getExitStatus().getExitCode()));
    }

    /** Closes the pool; nothing of a run may be under way. */
    @Override
    public void close() {
        context.close();
    }
}
