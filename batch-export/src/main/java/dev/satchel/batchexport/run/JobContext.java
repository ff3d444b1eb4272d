package dev.satchel.batchexport.run;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.schema.check.WorkerLogins;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.session.OwnSessions;
import dev.satchel.store.FileStore;
import java.sql.Connection;
import java.sql.SQLException;
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

/** A job made ready, with its pool of connections, which {@link #close} closes. */
public final class JobContext implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JobContext.class);

    private final AnnotationConfigApplicationContext context;
    private final HikariDataSource pool;

    private JobContext(AnnotationConfigApplicationContext context, HikariDataSource pool) {
        this.context = context;
        this.pool = pool;
    }

    /** What a job uses besides the ports over PostgreSQL. */
    @FunctionalInterface
    public interface Beans {
        void registerIn(AnnotationConfigApplicationContext context);
    }

    /**
     * Connects and makes the job ready.
     *
     * @param connections how many connections the job uses at most
     * @param job the job's configuration
     * @throws SQLException if the database cannot be used; nothing is left open then
     */
    public static JobContext open(
            Database database, int connections, FileStore store, PostgresDatasets datasets, Beans beans, Class<?> job)
            throws SQLException {
        HikariDataSource pool = database.pool(connections);
        // Not an application of Spring Boot: that would configure the logging, and read the settings of the service
        // that
        // hosts this one or of the folder it starts in.
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean("dataSource", DataSource.class, () -> new OwnSessions(pool));
        context.registerBean(FileStore.class, () -> store);
        context.registerBean(PostgresDatasets.class, () -> datasets);
        beans.registerIn(context);
        context.register(job);
        try {
            warnOfUnboundLogin(pool);
            context.refresh();
            return new JobContext(context, pool);
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

    /** Runs the job once; how it ended is in the answer. */
    public JobExecution run() {
        // Every run is an instance of its own: it is never restarted, the next run goes on where it ended.
        JobParameters parameters = new JobParametersBuilder()
                .addString("run", UUID.randomUUID().toString())
                .toJobParameters();
        Job job = bean(Job.class);
        try {
            return bean(JobOperator.class).start(job, parameters);
        } catch (JobExecutionException refused) {
            throw new IllegalStateException("the job " + job.getName() + " could not be started", refused);
        }
    }

    /** A part of the job. */
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public static boolean isCompleted(JobExecution run) {
        return run.getExitStatus().getExitCode().equals(ExitStatus.COMPLETED.getExitCode());
    }

    /** Why a run ended that was not completed. */
    public static Throwable failure(JobExecution run) {
        return run.getAllFailureExceptions().stream()
                .findFirst()
                .orElseGet(() -> new IllegalStateException(
                        "the job ended as " + run.getExitStatus().getExitCode()));
    }

    /** Closes the pool; the job may not be running. */
    @Override
    public void close() {
        context.close();
        pool.close();
    }
}
