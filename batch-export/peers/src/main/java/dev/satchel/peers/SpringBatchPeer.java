package dev.satchel.peers;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.launch.support.JobOperatorFactoryBean;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ScriptUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Spring Batch: a job for each export, started by a worker that claimed the row. What a killed worker left, it recovers and
 * restarts when it starts again, as the reference says of ungraceful ends; Spring Batch has nothing by which another worker
 * could tell that it died.
 */
final class SpringBatchPeer implements Peer {

    private static final String CLAIM = """
            UPDATE exports
               SET status = 'processing', worker = ?
             WHERE id = (SELECT id
                           FROM exports
                          WHERE status = 'pending'
                          ORDER BY asked_at
                          LIMIT 1
                            FOR UPDATE SKIP LOCKED)
            RETURNING id
            """;

    private static final String LEFT = """
            SELECT id
              FROM exports
             WHERE status = 'processing'
               AND worker = ?
            """;

    private static final Logger LOG = LoggerFactory.getLogger(SpringBatchPeer.class);

    private final DataSource database;
    private final PlainExport export;

    SpringBatchPeer(DataSource database, PlainExport export) {
        this.database = database;
        this.export = export;
    }

    @Override
    public void prepare() throws SQLException {
        try (Connection connection = database.getConnection()) {
            ScriptUtils.executeSqlScript(
                    connection, new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql"));
        }
    }

    @Override
    public void enqueue(String id) {
        // The row is enough: workers look for those that are pending.
    }

    @Override
    public void work() throws Exception {
        JdbcTransactionManager transactions = new JdbcTransactionManager(database);
        JdbcJobRepositoryFactoryBean repositories = new JdbcJobRepositoryFactoryBean();
        repositories.setDataSource(database);
        repositories.setTransactionManager(transactions);
        repositories.afterPropertiesSet();
        JobRepository repository = repositories.getObject();
        MapJobRegistry registry = new MapJobRegistry();
        JobOperatorFactoryBean operators = new JobOperatorFactoryBean();
        operators.setJobRepository(repository);
        operators.setJobRegistry(registry);
        operators.setTransactionManager(transactions);
        operators.afterPropertiesSet();
        JobOperator operator = operators.getObject();
        Job job = new JobBuilder("export", repository)
                .start(new StepBuilder("deliver", repository)
                        .tasklet(
                                (contribution, context) -> {
                                    export.deliver(String.valueOf(context.getStepContext()
                                            .getJobParameters()
                                            .get("export")));
                                    return RepeatStatus.FINISHED;
                                },
                                transactions)
                        .build())
                .build();
        registry.register(job);
        Thread worker = new Thread(() -> work(repository, operator, job), "worker");
        worker.start();
    }

    private void work(JobRepository repository, JobOperator operator, Job job) {
        try {
            for (Optional<String> left = find(LEFT); left.isPresent(); left = find(LEFT)) {
                resume(repository, operator, job, left.get());
            }
        } catch (Exception failed) {
            LOG.error("what was left could not be resumed", failed);
        }
        while (true) {
            try {
                Optional<String> next = find(CLAIM);
                if (next.isPresent()) {
                    operator.start(job, parameters(next.get()));
                } else {
                    TimeUnit.SECONDS.sleep(1);
                }
            } catch (InterruptedException stopped) {
                return;
            } catch (Exception failed) {
                LOG.error("an export failed", failed);
            }
        }
    }

    private static void resume(JobRepository repository, JobOperator operator, Job job, String id) throws Exception {
        @Nullable JobExecution last = repository.getLastJobExecution("export", parameters(id));
        if (last == null) {
            operator.start(job, parameters(id));
        } else {
            operator.restart(last.getStatus() == BatchStatus.FAILED ? last : operator.recover(last));
        }
    }

    private static JobParameters parameters(String id) {
        return new JobParametersBuilder().addString("export", id).toJobParameters();
    }

    private Optional<String> find(String query) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, Settings.worker());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }
}
