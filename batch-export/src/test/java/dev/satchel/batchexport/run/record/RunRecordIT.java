package dev.satchel.batchexport.run.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.migrations.OwnThread;
import dev.satchel.migrations.SampleDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.scope.context.JobSynchronizationManager;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What Spring Batch records of a run, and what else is recorded in the same process. */
@Timeout(120)
class RunRecordIT {

    private static final List<String> TABLES = List.of(
            "job_instance",
            "job_execution",
            "job_execution_params",
            "job_execution_context",
            "step_execution",
            "step_execution_context");

    @TempDir
    Path folder;

    @AutoClose
    private final SampleDatabase database = SampleDatabase.create();

    private final JdbcClient owner = JdbcClient.create(database.ownerDataSource());

    private ExportWorker worker(SampleDatabase of) {
        return ExportWorker.builder(of.workerDataSource(), new DirectoryFileStore(folder))
                .concurrency(8)
                .build();
    }

    private static String status(SampleDatabase of) {
        return JdbcClient.create(of.ownerDataSource())
                .sql("SELECT string_agg(DISTINCT status, ' ') FROM (SELECT status FROM satchel.batch_job_execution"
                        + " UNION ALL SELECT status FROM satchel.batch_step_execution) AS records")
                .query(String.class)
                .single();
    }

    @Test
    void aRunAddsAtMostTenRowsWhateverItsConcurrency() {
        try (ExportWorker worker = worker(database)) {
            worker.run();
        }

        assertThat(TABLES.stream()
                        .mapToInt(table -> owner.sql("SELECT count(*) FROM satchel.batch_" + table)
                                .query(Integer.class)
                                .single())
                        .sum())
                .isBetween(1, 10);
    }

    /** Spring Batch keeps the steps that are under way in one map of the process. */
    @Test
    void runsOfTwoDatabasesAtTheSameMomentDoNotMix() throws Exception {
        try (SampleDatabase another = SampleDatabase.create();
                ExportWorker here = worker(database);
                ExportWorker there = worker(another)) {
            CompletableFuture<?> first;
            try (Connection connection = database.ownerDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("LOCK TABLE public.export_history IN EXCLUSIVE MODE");
                first = CompletableFuture.supplyAsync(here::run, OwnThread::start);
                Await.until(
                        "the run waits in its first step",
                        () -> owner.sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
                                                + " (SELECT oid FROM pg_database WHERE datname = current_database())")
                                        .query(Integer.class)
                                        .single()
                                > 0);

                there.run();

                assertThat(status(another)).isEqualTo("COMPLETED");
                connection.rollback();
            }
            first.get(1, TimeUnit.MINUTES);
            assertThat(status(database)).isEqualTo("COMPLETED");
        }
    }

    /** A service has job-scoped beans, which Spring Batch finds by the id of the job that is under way. */
    @Test
    void aJobOfTheServiceIsNotTakenForARun() throws Exception {
        try (ExportWorker worker = worker(database)) {
            CompletableFuture<?> run = CompletableFuture.supplyAsync(worker::watch, OwnThread::start);
            Await.until(
                    "the run is under way",
                    () -> owner.sql("SELECT count(*) FROM satchel.batch_step_execution WHERE status = 'STARTED'"
                                            + " AND step_name = 'deliver'")
                                    .query(Integer.class)
                                    .single()
                            > 0);
            JobExecution ofTheService = new JobExecution(1, new JobInstance(1, "inventory"), new JobParameters());
            try {
                assertThat(JobSynchronizationManager.register(ofTheService).getJobExecution())
                        .isSameAs(ofTheService);
            } finally {
                JobSynchronizationManager.release();
            }
            worker.stop();
            run.get(1, TimeUnit.MINUTES);
        }
    }
}
