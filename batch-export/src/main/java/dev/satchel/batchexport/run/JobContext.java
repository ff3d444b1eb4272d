package dev.satchel.batchexport.run;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.MigratedSchema;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.run.stop.StoppableConnections;
import dev.satchel.batchexport.schema.check.WorkerLogins;
import dev.satchel.postgres.PostgresSettings;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.session.OwnSessions;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * Where jobs run: a private context of Spring with Spring Batch's record of runs in schema {@code satchel}.
 *
 * <p>The context is nobody else's parent or child: a service that hosts it keeps its own job repository, transaction
 * manager and settings. It is opened by the first job, so that creating this object does no I/O, and a question about the
 * history or the store needs no context. Each job gets a context of its own below it, so that jobs share no state. The data
 * source and the store stay the caller's, who closes them. Safe for use by many threads.
 */
public final class JobContext {

    private static final Logger LOG = LoggerFactory.getLogger(JobContext.class);

    private static final boolean HAS_HIKARI =
            ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", JobContext.class.getClassLoader());

    private final DataSource dataSource;
    private final FileStore store;
    private final PostgresDatasets datasets;
    private final PostgresSettings limits;
    private final int connections;
    private final BooleanSupplier stopped;
    private final @Nullable ObservedBeans observed;
    private final Object opening = new Object();
    private @Nullable Map<String, Object> shared;
    private @Nullable AnnotationConfigApplicationContext opened;
    private final Object changed = new Object();
    private int jobs;
    private boolean closing;

    /**
     * @param connections how many connections a job uses at most
     * @param stopped whether jobs were told to end, and do not wait for the database any longer
     * @param observed measures the ports and the jobs; null for no one
     */
    public JobContext(
            DataSource dataSource,
            FileStore store,
            PostgresDatasets datasets,
            PostgresSettings limits,
            int connections,
            BooleanSupplier stopped,
            @Nullable ObservedBeans observed) {
        this.dataSource = dataSource;
        this.store = store;
        this.datasets = datasets;
        this.limits = limits;
        this.connections = connections;
        this.stopped = stopped;
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
        enter();
        try {
            AnnotationConfigApplicationContext context = emptyContext();
            context.setParent(opened());
            observe(context);
            beans.registerIn(context);
            context.register(configuration);
            context.refresh();
            return new ReadyJob(context);
        } catch (RuntimeException | Error failed) {
            leave();
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
        enter();
        try {
            return question.apply(shared().values().stream()
                    .filter(part::isInstance)
                    .map(part::cast)
                    .findFirst()
                    .orElseThrow());
        } finally {
            leave();
        }
    }

    private static void refuseTransaction() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "Satchel's jobs use connections and transactions of their own, and this thread"
                            + " is in a transaction: call them outside of it, from a method without @Transactional");
        }
    }

    /**
     * Records a run that had nothing to do, as a job of that name which completed.
     *
     * @throws org.springframework.dao.DataAccessException if the database cannot be used
     * @throws org.springframework.transaction.TransactionException likewise
     */
    void recordIdle(String job, LocalDateTime begin) {
        ask(JobRepository.class, runs -> {
            JobParameters parameters = parametersOfARun();
            JobExecution run = runs.createJobExecution(
                    runs.createJobInstance(job, parameters), parameters, new ExecutionContext());
            run.setStartTime(begin);
            // Spring Batch's times are the machine's own.
            run.setEndTime(LocalDateTime.now(ZoneId.systemDefault()));
            run.setStatus(BatchStatus.COMPLETED);
            run.setExitStatus(ExitStatus.COMPLETED);
            runs.update(run);
            return true;
        });
    }

    private AnnotationConfigApplicationContext opened() {
        synchronized (opening) {
            AnnotationConfigApplicationContext context = opened;
            if (context == null) {
                context = emptyContext();
                Map<String, Object> parts = new LinkedHashMap<>(shared());
                // As a definition, because Spring Batch would define another one beside a singleton.
                JobRepository runs = (JobRepository) parts.remove(BatchConfiguration.JOB_REPOSITORY);
                context.registerBean(BatchConfiguration.JOB_REPOSITORY, JobRepository.class, () -> runs);
                // As singletons, which a context does not close, and which it shows to no post-processor.
                parts.forEach(context.getBeanFactory()::registerSingleton);
                observe(context);
                context.register(BatchConfiguration.class);
                context.refresh();
                opened = context;
            }
            return context;
        }
    }

    /** What all jobs share, by name. It needs no context, so that a question is answered without one. */
    private Map<String, Object> shared() {
        synchronized (opening) {
            Map<String, Object> parts = shared;
            if (parts == null) {
                new JdbcTemplate(dataSource).execute((ConnectionCallback<Boolean>) this::check);
                DataSource stoppable = StoppableConnections.of(dataSource, stopped);
                SatchelPostgres satchel = new SatchelPostgres(stoppable, datasets, limits);
                parts = new LinkedHashMap<>();
                parts.put("dataSource", stoppable);
                parts.put(BatchConfiguration.JOB_REPOSITORY, BatchConfiguration.runs(stoppable));
                parts.put("store", store);
                parts.put("postgresDatasets", datasets);
                parts.put("satchelExportHistory", satchel.exportHistory());
                parts.put("satchelExportCatalog", satchel.exportCatalog());
                parts.put("satchelUserRecords", satchel.userRecords());
                parts.put("satchelHistoryArchive", satchel.historyArchive());
                parts.put("satchelUploadJournal", satchel.uploadJournal());
                parts.put("satchelExportParts", satchel.exportParts());
                parts.put("satchelKnownStores", satchel.knownStores());
                parts.put("satchelProbeRecords", satchel.probeRecords());
                parts.put("satchelProgressUpkeep", satchel.progressUpkeep());
                parts.put(
                        "storeCheck",
                        new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords()));
                ObservedBeans measuring = observed;
                if (measuring != null) {
                    parts.replaceAll((name, part) -> measuring.postProcessAfterInitialization(part, name));
                }
                shared = parts;
            }
            return parts;
        }
    }

    // Not an application of Spring Boot: that would configure the logging, and read the settings of the service that
    // hosts this one. The class loader of the calling thread may not know our classes.
    private static AnnotationConfigApplicationContext emptyContext() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.setClassLoader(JobContext.class.getClassLoader());
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
        if (HAS_HIKARI) {
            Pools.warn(dataSource, connections);
        }
        return true;
    }

    /** In a class of its own, because a service may have no HikariCP. */
    private static final class Pools {

        static void warn(DataSource dataSource, int connections) {
            if (dataSource instanceof HikariDataSource pool && pool.getMaximumPoolSize() < connections) {
                LOG.warn(
                        "the pool has at most {} connections, and each run uses up to {}: enlarge the pool"
                                + " (spring.datasource.hikari.maximum-pool-size), or lower the worker's concurrency"
                                + " (satchel.worker.concurrency)",
                        pool.getMaximumPoolSize(),
                        connections);
            }
        }
    }

    /**
     * Refuses further jobs, and waits until those under way are over. The last one to end closes the context.
     *
     * @return whether it is closed; false if a job is still running after that time, or the thread is interrupted
     */
    public boolean close(Duration patience) {
        long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
        synchronized (changed) {
            closing = true;
            while (jobs > 0) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(changed, left);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            closeNow();
            return true;
        }
    }

    private void enter() {
        synchronized (changed) {
            if (closing) {
                throw new IllegalStateException("this is closed: no further job can be run");
            }
            jobs++;
        }
    }

    private void leave() {
        synchronized (changed) {
            jobs--;
            if (closing && jobs == 0) {
                closeNow();
            }
            changed.notifyAll();
        }
    }

    private void closeNow() {
        synchronized (opening) {
            if (opened != null) {
                opened.close();
                opened = null;
            }
        }
    }

    // Every run is an instance of its own: it is never restarted, the next run goes on where it ended.
    private static JobParameters parametersOfARun() {
        return new JobParametersBuilder()
                .addString("run", UUID.randomUUID().toString())
                .toJobParameters();
    }

    /** A job made ready, with a state of its own. Used by one thread, which closes it. */
    public final class ReadyJob implements AutoCloseable {

        private final AnnotationConfigApplicationContext context;

        private ReadyJob(AnnotationConfigApplicationContext context) {
            this.context = context;
        }

        /** Runs the job once; how it ended is in the answer. */
        public JobExecution run() {
            Job job = bean(Job.class);
            try {
                return bean(JobOperator.class).start(job, parametersOfARun());
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
                leave();
            }
        }
    }

    /** Whether a run ended because its thread was interrupted. */
    public static boolean isInterrupted(JobExecution run) {
        return run.getAllFailureExceptions().stream().anyMatch(JobInterruptedException.class::isInstance);
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
