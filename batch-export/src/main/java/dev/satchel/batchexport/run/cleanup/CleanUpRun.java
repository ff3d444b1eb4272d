package dev.satchel.batchexport.run.cleanup;

import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.JobContext;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import java.sql.SQLException;
import org.springframework.batch.core.job.JobExecution;

/** A clean-up with its pool of connections, until it is closed. */
public final class CleanUpRun implements AutoCloseable {

    /** A step asks on one, and Spring Batch keeps its record on others. */
    private static final int CONNECTIONS = 4;

    private final JobContext job;

    private CleanUpRun(JobContext job) {
        this.job = job;
    }

    /**
     * Connects and makes ready.
     *
     * @param more further beans of the job, such as what measures it
     * @throws SQLException if the database cannot be used; nothing is left open then
     */
    public static CleanUpRun start(
            Database database,
            FileStore store,
            PostgresDatasets datasets,
            ExportSettings settings,
            CleanUpReport report,
            JobContext.Beans more)
            throws SQLException {
        return new CleanUpRun(JobContext.open(
                database,
                CONNECTIONS,
                store,
                datasets,
                context -> {
                    context.registerBean(ExportSettings.class, () -> settings);
                    context.registerBean(CleanUpReport.class, () -> report);
                    more.registerIn(context);
                },
                CleanUpJob.class));
    }

    /** Removes what is due, and ends what is over. */
    public void run() {
        JobExecution run = job.run();
        if (!JobContext.isCompleted(run)) {
            throw new IllegalStateException("the clean-up failed", JobContext.failure(run));
        }
    }

    /** Closes the pool; the clean-up may not be running. */
    @Override
    public void close() {
        job.close();
    }
}
