package dev.satchel.batchexport.bench.export.peer;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.bench.measure.Contestant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/**
 * One job of Spring Batch for each user, on as many threads as Satchel has slots, with the repository that Satchel uses: the
 * tables in schema {@code satchel}. It runs in this process, which is warm, and so has no start of a JVM to pay for.
 */
public record BatchJobs(List<UserQuery> queries, int threads, Path folder) implements Contestant {

    @Override
    public String name() {
        return "batch-jobs";
    }

    @Override
    public String sink() {
        return "directory";
    }

    @Override
    public Attempt prepare() throws IOException {
        HikariDataSource pool = new HikariDataSource();
        pool.setDataSource(queries.get(0).worker());
        // A job holds one connection for its cursor, one for its chunk, and one for its repository.
        pool.setMaximumPoolSize(3 * threads);
        pool.setAutoCommit(true);
        JdbcTransactionManager transactions = new JdbcTransactionManager(pool);
        return new Running(
                this, pool, new StockStep(repository(pool, transactions), transactions), Files.createTempDirectory(folder, "jobs"));
    }

    private static JobRepository repository(HikariDataSource pool, JdbcTransactionManager transactions) {
        JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
        factory.setDataSource(pool);
        factory.setTransactionManager(transactions);
        factory.setTablePrefix("satchel.batch_");
        factory.setIsolationLevelForCreateEnum(Isolation.READ_COMMITTED);
        try {
            factory.afterPropertiesSet();
            return factory.getObject();
        } catch (Exception failed) {
            throw new IllegalStateException("Spring Batch has no repository", failed);
        }
    }

    private record Running(BatchJobs jobs, HikariDataSource pool, StockStep step, Path files) implements Attempt {

        @Override
        public Amount run() throws SQLException, IOException {
            ExecutorService threads = Executors.newFixedThreadPool(jobs.threads);
            try {
                List<Future<Amount>> results = new ArrayList<>();
                for (UserQuery query : jobs.queries) {
                    results.add(threads.submit(() -> run(query)));
                }
                long rows = 0;
                long bytes = 0;
                for (Future<Amount> result : results) {
                    rows += result.get().rows();
                    bytes += result.get().bytes();
                }
                return new Amount(jobs.queries.size(), rows, bytes);
            } catch (ExecutionException failed) {
                throw new IllegalStateException("a job failed", failed.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", interrupted);
            } finally {
                threads.shutdownNow();
            }
        }

        private Amount run(UserQuery query) throws SQLException, IOException {
            JobParameters parameters = new JobParametersBuilder()
                    .addString("user", query.user().toString())
                    .addString("run", UUID.randomUUID().toString())
                    .toJobParameters();
            Path file = files.resolve(query.user().toString());
            try (Connection connection = pool.getConnection()) {
                query.begin(connection);
                long rows = step.run(connection, query.select(), false, file, parameters);
                connection.rollback();
                return new Amount(rows, Files.size(file));
            }
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
