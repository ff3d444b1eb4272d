package dev.satchel.batchexport.run;

import dev.satchel.batchexport.database.MigratedSchema;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.schema.check.WorkerLogins;
import dev.satchel.postgres.PostgresSettings;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.session.OwnSessions;
import dev.satchel.store.FileStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Where jobs run: a private context of Spring with Spring Batch's record of runs in schema {@code satchel}.
 *
 * <p>The context is nobody else's parent or child: a service that hosts it keeps its own job repository, transaction
 * manager and settings. It is opened by the first job, so that creating this object does no I/O. Each job gets a context
 * of its own below it, so that jobs share no state. The data source and the store stay the caller's, who closes them. Safe
 * for use by many threads.
 */
public final class JobContext {

    private static final Logger LOG = LoggerFactory.getLogger(JobContext.class);

    private final DataSource dataSource;
    private final FileStore store;
    private final PostgresDatasets datasets;
    private final PostgresSettings limits;
    private final @Nullable ObservedBeans observed;
    private final ReentrantReadWriteLock jobs = new ReentrantReadWriteLock();
    private @Nullable AnnotationConfigApplicationContext opened;
    private boolean closed;

    /** @param observed measures the ports and the jobs; null for no one */
    public JobContext(
            DataSource dataSource,
            FileStore store,
            PostgresDatasets datasets,
            PostgresSettings limits,
            @Nullable ObservedBeans observed) {
        this.dataSource = dataSource;
        this.store = store;
        this.datasets = datasets;
        this.limits = limits;
        this.observed = observed;
    }

    /** What a job uses besides the ports over PostgreSQL. */
    @FunctionalInterface
    public interface Beans {
        void registerIn(AnnotationConfigApplicationContext context);
    }

    /**
     * Makes a job ready. The thread that calls this closes the job.
     *
     * @param configuration the job's configuration
     * @throws IllegalStateException if this object is closed, or the thread is in a transaction
     * @throws org.springframework.dao.DataAccessException if the database cannot be used
     */
    public ReadyJob begin(Beans beans, Class<?> configuration) {
        refuseTransaction();
        jobs.readLock().lock();
        try {
            AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
            context.setParent(opened());
            observe(context);
            beans.registerIn(context);
            context.register(configuration);
            context.refresh();
            return new ReadyJob(context);
        } catch (RuntimeException | Error failed) {
            jobs.readLock().unlock();
            throw failed;
        }
    }

    /**
     * Asks something of a part that all jobs share.
     *
     * @throws IllegalStateException as {@link #begin}
     * @throws org.springframework.dao.DataAccessException as {@link #begin}
     */
    public <T, R> R ask(Class<T> part, Function<T, R> question) {
        refuseTransaction();
        jobs.readLock().lock();
        try {
            return question.apply(opened().getBean(part));
        } finally {
            jobs.readLock().unlock();
        }
    }

    private static void refuseTransaction() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "Satchel's jobs use connections and transactions of their own, and this thread"
                            + " is in a transaction: call them outside of it, from a method without @Transactional");
        }
    }

    private synchronized AnnotationConfigApplicationContext opened() {
        if (closed) {
            throw new IllegalStateException("this is closed: no further job can be run");
        }
        AnnotationConfigApplicationContext context = opened;
        if (context == null) {
            new JdbcTemplate(dataSource).execute((ConnectionCallback<Boolean>) this::check);
            // Not an application of Spring Boot: that would configure the logging, and read the settings of the service
            // that hosts this one or of the folder it starts in.
            context = new AnnotationConfigApplicationContext();
            // As singletons, which a context does not close.
            ConfigurableListableBeanFactory beans = context.getBeanFactory();
            beans.registerSingleton("dataSource", dataSource);
            beans.registerSingleton("store", store);
            // A singleton that is registered is shown to no post-processor.
            if (observed != null) {
                observed.postProcessAfterInitialization(store, "store");
            }
            beans.registerSingleton("postgresDatasets", datasets);
            beans.registerSingleton("postgresSettings", limits);
            observe(context);
            context.register(BatchConfiguration.class);
            context.refresh();
            opened = context;
        }
        return context;
    }

    // Each bean is in one of the two contexts, and so is observed once.
    private void observe(AnnotationConfigApplicationContext context) {
        if (observed != null) {
            observed.registerIn(context);
        }
    }

    private Boolean check(Connection connection) throws SQLException {
        // The program's own sessions were checked when they were opened.
        if (!(dataSource instanceof OwnSessions)) {
            MigratedSchema.require(connection, "of the data source");
        }
        WorkerLogins.warning(connection).ifPresent(LOG::warn);
        return true;
    }

    /**
     * Waits until the jobs under way are over, and closes the context.
     *
     * @return whether it is closed; false if a job is still running after that time
     */
    public boolean close(Duration patience) {
        try {
            if (!jobs.writeLock().tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            closeNow();
            return true;
        } finally {
            jobs.writeLock().unlock();
        }
    }

    private synchronized void closeNow() {
        closed = true;
        if (opened != null) {
            opened.close();
            opened = null;
        }
    }

    /** A job made ready, with a state of its own. Used by one thread, which closes it. */
    public final class ReadyJob implements AutoCloseable {

        private final AnnotationConfigApplicationContext context;

        private ReadyJob(AnnotationConfigApplicationContext context) {
            this.context = context;
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

        @Override
        public void close() {
            try {
                context.close();
            } finally {
                jobs.readLock().unlock();
            }
        }
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
}
