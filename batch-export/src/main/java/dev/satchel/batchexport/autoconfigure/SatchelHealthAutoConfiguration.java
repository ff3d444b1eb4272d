package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.observe.actuator.SatchelHealthIndicator;
import dev.satchel.batchexport.observe.health.BoundedCheck;
import dev.satchel.batchexport.observe.health.DatabaseCheck;
import dev.satchel.batchexport.observe.health.HealthSettings;
import dev.satchel.batchexport.observe.health.KeyEncryptionKeyCheck;
import dev.satchel.batchexport.observe.health.OldestPendingCheck;
import dev.satchel.batchexport.observe.health.StoreLook;
import dev.satchel.batchexport.observe.health.StuckLeaseCheck;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.ExportCatalog;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.store.FileStore;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Health of a service that has Satchel's ports: one indicator per thing that can be wrong. {@code
 * management.health.satchel.enabled=false} switches them off; a bean of the same name takes the place of one.
 */
@AutoConfiguration(
        afterName = {
            "dev.satchel.postgres.SatchelPostgresAutoConfiguration",
            "dev.satchel.batchexport.autoconfigure.SatchelAutoConfiguration",
            "dev.satchel.batchexport.autoconfigure.SatchelStoreAutoConfiguration"
        })
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(ExportCatalog.class)
@ConditionalOnEnabledHealthIndicator("satchel")
@EnableConfigurationProperties(HealthSettings.class)
public final class SatchelHealthAutoConfiguration {

    @Bean
    @ConditionalOnSingleCandidate(DataSource.class)
    @ConditionalOnMissingBean(name = "satchelDatabaseHealthIndicator")
    SatchelHealthIndicator satchelDatabaseHealthIndicator(DataSource dataSource) {
        return new SatchelHealthIndicator(
                BoundedCheck.ofTheDatabase(new DatabaseCheck(dataSource, new KnownFailures())));
    }

    @Bean
    @ConditionalOnSingleCandidate(FileStore.class)
    @ConditionalOnMissingBean(name = "satchelStoreHealthIndicator")
    SatchelHealthIndicator satchelStoreHealthIndicator(
            FileStore store, KnownStores stores, UploadJournal journal, ProbeRecords probes) {
        return new SatchelHealthIndicator(BoundedCheck.elsewhere(
                "the store " + store.root(),
                new StoreLook(store, new StoreCheck(store, stores, journal, probes), new KnownFailures())));
    }

    @Bean
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean(name = "satchelKeyEncryptionKeyHealthIndicator")
    SatchelHealthIndicator satchelKeyEncryptionKeyHealthIndicator(ObjectProvider<KeyEncryptionKeys> keys) {
        return new SatchelHealthIndicator(
                BoundedCheck.elsewhere("the key-encryption key", new KeyEncryptionKeyCheck(keys::getObject)));
    }

    @Bean
    @ConditionalOnMissingBean(name = "satchelOldestPendingHealthIndicator")
    SatchelHealthIndicator satchelOldestPendingHealthIndicator(ExportCatalog catalog, HealthSettings settings) {
        return new SatchelHealthIndicator(BoundedCheck.ofTheDatabase(
                new OldestPendingCheck(catalog, settings.oldestPending(), new KnownFailures())));
    }

    @Bean
    @ConditionalOnMissingBean(name = "satchelStuckLeaseHealthIndicator")
    SatchelHealthIndicator satchelStuckLeaseHealthIndicator(ExportCatalog catalog, HealthSettings settings) {
        return new SatchelHealthIndicator(
                BoundedCheck.ofTheDatabase(new StuckLeaseCheck(catalog, settings.stuckLease(), new KnownFailures())));
    }
}
