package dev.satchel.batchexport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgresAutoConfiguration;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.ExportFilters;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.batch.jdbc.autoconfigure.BatchJdbcAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ScriptUtils;
import org.springframework.transaction.PlatformTransactionManager;

/** A service that has Spring Batch, a transaction manager and jobs of its own, and runs exports beside them. */
class ServiceWithItsOwnBatchIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    private Path folder;

    @AutoClose
    private final SampleDatabase database = SampleDatabase.createWithLearners();

    private final JdbcClient owner = JdbcClient.create(database.ownerDataSource());

    @BeforeEach
    void makeTheTablesOfTheService() throws Exception {
        try (Connection connection = database.ownerDataSource().getConnection()) {
            connection.createStatement().execute("CREATE SCHEMA shop; SET search_path TO shop");
            ScriptUtils.executeSqlScript(
                    connection, new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql"));
            connection
                    .createStatement()
                    .execute("GRANT USAGE ON SCHEMA shop TO " + database.workerUser()
                            + "; GRANT ALL ON ALL TABLES IN SCHEMA shop TO " + database.workerUser()
                            + "; GRANT ALL ON ALL SEQUENCES IN SCHEMA shop TO " + database.workerUser());
        }
    }

    @Test
    void keepsItsJobsAndItsTransactions() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        BatchJdbcAutoConfiguration.class,
                        SatchelAutoConfiguration.class,
                        SatchelPostgresAutoConfiguration.class,
                        SatchelStoreAutoConfiguration.class,
                        SatchelExportAutoConfiguration.class))
                .withUserConfiguration(Shop.class)
                .withPropertyValues(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.workerUser(),
                        "spring.datasource.password=" + database.workerPassword(),
                        "spring.batch.jdbc.table-prefix=shop.batch_",
                        "satchel.store=" + folder.toUri())
                .run(context -> {
                    context.getBean(ExportHistory.class)
                            .request(new ExportRequest(
                                    UserId.parse(LEARNER),
                                    context.getBean(DatasetCatalogue.class).type("profile"),
                                    ExportFormat.CSV,
                                    ExportFilters.NONE));

                    assertThat(context.getBean(ExportWorker.class).run().delivered())
                            .isOne();
                    context.getBean(JobOperator.class).start(context.getBean(Job.class), new JobParameters());
                    assertThat(context.getBean(ExportCleanUp.class).run().kept())
                            .isZero();

                    assertThat(context)
                            .hasSingleBean(JobRepository.class)
                            .hasSingleBean(PlatformTransactionManager.class);
                });

        assertThat(jobs("shop.batch_job_instance")).isEqualTo("inventory");
        assertThat(jobs("satchel.batch_job_instance")).isEqualTo("cleanup exportRun");
        assertThat(owner.sql("SELECT status FROM shop.batch_job_execution")
                        .query(String.class)
                        .single())
                .isEqualTo("COMPLETED");
    }

    private String jobs(String table) {
        return owner.sql("SELECT string_agg(job_name, ' ' ORDER BY job_name) FROM " + table)
                .query(String.class)
                .single();
    }

    @Configuration(proxyBeanMethods = false)
    static class Shop {

        @Bean
        Job inventory(JobRepository runs) {
            return new JobBuilder("inventory", runs)
                    .start(new StepBuilder("count", runs)
                            .tasklet((contribution, context) -> RepeatStatus.FINISHED)
                            .build())
                    .build();
        }
    }
}
