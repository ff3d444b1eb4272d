package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.observe.actuator.SatchelHealthIndicator;
import dev.satchel.batchexport.observe.health.BoundedCheck;
import dev.satchel.batchexport.observe.health.DatabaseCheck;
import dev.satchel.batchexport.observe.health.HealthCheck;
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
import java.time.Duration;
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

    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Several monitors ask, and each question to the database costs a little. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    /** A store and a key management service may bill each question. */
    private static final Duration FRESH_ELSEWHERE = Duration.ofSeconds(30);

    @Bean
    @ConditionalOnSingleCandidate(DataSource.class)
    @ConditionalOnMissingBean(name = "satchelDatabaseHealthIndicator")
    SatchelHealthIndicator satchelDatabaseHealthIndicator(DataSource dataSource) {
        return indicator("the database", new DatabaseCheck(dataSource, new KnownFailures()), FRESH);
    }

    @Bean
    @ConditionalOnSingleCandidate(FileStore.class)
    @ConditionalOnMissingBean(name = "satchelStoreHealthIndicator")
    SatchelHealthIndicator satchelStoreHealthIndicator(
            FileStore store, KnownStores stores, UploadJournal journal, ProbeRecords probes) {
        return indicator(
                "the store " + store.root(),
                new StoreLook(store, new StoreCheck(store, stores, journal, probes), new KnownFailures()),
                FRESH_ELSEWHERE);
    }

    @Bean
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean(name = "satchelKeyEncryptionKeyHealthIndicator")
    SatchelHealthIndicator satchelKeyEncryptionKeyHealthIndicator(ObjectProvider<KeyEncryptionKeys> keys) {
        return indicator("the key-encryption key", new KeyEncryptionKeyCheck(keys::getObject), FRESH_ELSEWHERE);
    }

    @Bean
    @ConditionalOnMissingBean(name = "satchelOldestPendingHealthIndicator")
    SatchelHealthIndicator satchelOldestPendingHealthIndicator(ExportCatalog catalog, HealthSettings settings) {
        return indicator(
                "the database", new OldestPendingCheck(catalog, settings.oldestPending(), new KnownFailures()), FRESH);
    }

    @Bean
    @ConditionalOnMissingBean(name = "satchelStuckLeaseHealthIndicator")
    SatchelHealthIndicator satchelStuckLeaseHealthIndicator(ExportCatalog catalog, HealthSettings settings) {
        return indicator(
                "the database", new StuckLeaseCheck(catalog, settings.stuckLease(), new KnownFailures()), FRESH);
    }

    private static SatchelHealthIndicator indicator(String subject, HealthCheck check, Duration fresh) {
        return new SatchelHealthIndicator(new BoundedCheck(subject, check, LIMIT, fresh));
    }
}
