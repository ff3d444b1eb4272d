package dev.satchel.batchexport.run;

import dev.satchel.batchexport.run.record.RunIds;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.configuration.annotation.EnableJdbcJobRepository;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/** Spring Batch's record of runs in schema {@code satchel}, which each job needs. */
@Configuration(proxyBeanMethods = false)
@EnableBatchProcessing
@EnableJdbcJobRepository(
        tablePrefix = BatchConfiguration.TABLES,
        isolationLevelForCreate = Isolation.READ_COMMITTED,
        incrementerFactoryRef = "runIds")
public class BatchConfiguration {

    static final String TABLES = "satchel.batch_";

    @Bean
    JdbcTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean
    RunIds runIds(DataSource dataSource) {
        return new RunIds(dataSource);
    }

    /** The same record, for a run that needs no context. */
    static JobRepository runs(DataSource dataSource) {
        JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
        factory.setDataSource(dataSource);
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
