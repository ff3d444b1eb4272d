package dev.satchel.batchexport.run;

import dev.satchel.batchexport.run.record.RunIds;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.infrastructure.support.DatabaseType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/** What Spring Batch needs to run jobs, beside its record of runs in schema {@code satchel}. */
@Configuration(proxyBeanMethods = false)
@EnableBatchProcessing
public class BatchConfiguration {

    /** The name under which Spring Batch looks for its record of runs; it makes another one where a context has none. */
    static final String JOB_REPOSITORY = "jobRepository";

    private static final String TABLES = "satchel.batch_";

    @Bean
    JdbcTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    /** The record of runs. Making it does no I/O, so it needs to be told what the database is. */
    static JobRepository runs(DataSource dataSource) {
        JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
        factory.setDataSource(dataSource);
        factory.setDatabaseType(DatabaseType.POSTGRES.name());
        factory.setTransactionManager(new JdbcTransactionManager(dataSource));
        factory.setTablePrefix(TABLES);
        factory.setIncrementerFactory(new RunIds(dataSource));
        factory.setIsolationLevelForCreateEnum(Isolation.READ_COMMITTED);
        try {
            factory.afterPropertiesSet();
            return factory.getObject();
        } catch (Exception failed) {
            throw new IllegalStateException("Spring Batch has no repository", failed);
        }
    }
}
