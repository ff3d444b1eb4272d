package dev.satchel.batchexport.run;

import dev.satchel.batchexport.run.record.RunIds;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.configuration.annotation.EnableJdbcJobRepository;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/**
 * What each job needs: the domain's ports over PostgreSQL, Spring Batch's record of runs in schema {@code satchel}, and the
 * check of the store.
 */
@Configuration(proxyBeanMethods = false)
@EnableBatchProcessing
@EnableJdbcJobRepository(
        tablePrefix = "satchel.batch_",
        isolationLevelForCreate = Isolation.READ_COMMITTED,
        incrementerFactoryRef = "runIds")
@Import(SatchelPostgres.class)
public class BatchConfiguration {

    @Bean
    JdbcTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean
    RunIds runIds(DataSource dataSource) {
        return new RunIds(dataSource);
    }

    @Bean
    StoreCheck storeCheck(FileStore store, KnownStores stores, UploadJournal journal, ProbeRecords probes) {
        return new StoreCheck(store, stores, journal, probes);
    }
}
