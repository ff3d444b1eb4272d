package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.archive.ArchiveOptions;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.delivery.FileFormats;
import dev.satchel.postgres.PostgresSettings;
import dev.satchel.postgres.SatchelDataSource;
import dev.satchel.postgres.SatchelPostgresAutoConfiguration;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import javax.sql.DataSource;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * A worker that delivers exports and a clean-up, for a service that has the ports over PostgreSQL, and one store.
 *
 * <p>Neither does anything until the service calls it. They use a job repository of their own, so the service's Spring
 * Batch, its transaction manager and its jobs are as they would be without Satchel.
 */
@AutoConfiguration(after = {SatchelPostgresAutoConfiguration.class, SatchelStoreAutoConfiguration.class})
@ConditionalOnClass(JobOperator.class)
@ConditionalOnBean(SatchelPostgresAutoConfiguration.class)
@ConditionalOnSingleCandidate(FileStore.class)
@EnableConfigurationProperties({
    SatchelProperties.class,
    ExportSettings.class,
    CsvOptions.class,
    ArchiveOptions.class,
    PostgresSettings.class
})
public final class SatchelExportAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    FileFormats satchelFileFormats(
            CsvOptions csv,
            ArchiveOptions archives,
            ObjectProvider<PostgresDatasets> datasets,
            ExportSettings settings) {
        return new StandardFileFormats(
                csv, archives.settings(datasets.getIfAvailable(PostgresDatasets::builtIn), settings.retention()));
    }

    /** Told the outcome of each attempt by beans of type {@link DeliveryListener}. */
    @Bean
    @ConditionalOnMissingBean
    ExportWorker satchelExportWorker(
            ObjectProvider<DataSource> dataSource,
            @SatchelDataSource ObjectProvider<DataSource> marked,
            FileStore store,
            FileFormats formats,
            ObjectProvider<PostgresDatasets> datasets,
            ExportSettings settings,
            PostgresSettings limits,
            SatchelProperties properties,
            ObjectProvider<DeliveryListener> listeners,
            ObjectProvider<ObservedBeans> observed) {
        ExportWorker.Builder worker = ExportWorker.builder(marked.getIfAvailable(dataSource::getObject), store)
                .formats(formats)
                .datasets(datasets.getIfAvailable(PostgresDatasets::builtIn))
                .settings(settings)
                .limits(limits)
                .concurrency(properties.worker().concurrency())
                .quiet(properties.worker().quiet());
        if (properties.worker().name() != null) {
            worker.name(properties.worker().name());
        }
        listeners.orderedStream().forEach(worker::listener);
        observed.ifUnique(worker::observe);
        return worker.build();
    }

    /** Told of the exports that it gives up by beans of type {@link DeliveryListener}. */
    @Bean
    @ConditionalOnMissingBean
    ExportCleanUp satchelExportCleanUp(
            ObjectProvider<DataSource> dataSource,
            @SatchelDataSource ObjectProvider<DataSource> marked,
            FileStore store,
            ObjectProvider<PostgresDatasets> datasets,
            ExportSettings settings,
            SatchelProperties properties,
            ObjectProvider<DeliveryListener> listeners,
            ObjectProvider<ObservedBeans> observed) {
        ExportCleanUp.Builder cleanUp = ExportCleanUp.builder(marked.getIfAvailable(dataSource::getObject), store)
                .datasets(datasets.getIfAvailable(PostgresDatasets::builtIn))
                .settings(settings)
                .quiet(properties.worker().quiet())
                .observe(observed.getIfUnique());
        listeners.orderedStream().forEach(cleanUp::listener);
        return cleanUp.build();
    }
}
