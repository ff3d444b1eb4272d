package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.settings.KekAddress;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.kms.AwsKmsKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgresAutoConfiguration;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.ContextClosedEvent;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * The datasets of {@code satchel.datasets} and the key-encryption keys of {@code satchel.kek}, and the stop of every worker
 * of a service that ends.
 */
@AutoConfiguration(before = SatchelPostgresAutoConfiguration.class)
@EnableConfigurationProperties(SatchelProperties.class)
public final class SatchelAutoConfiguration {

    static final String KEK = "satchel.kek";

    private static final String DATASETS = "satchel.datasets";

    /**
     * The built-in datasets, changed by the file.
     *
     * @throws IllegalArgumentException if the file cannot be read or breaks a rule of the format
     */
    @Bean
    @ConditionalOnProperty(DATASETS)
    @ConditionalOnMissingBean
    PostgresDatasets satchelPostgresDatasets(SatchelProperties properties) {
        Path file = Path.of(String.valueOf(properties.datasets()));
        return named(DATASETS, () -> PostgresDatasets.builtIn().with(file));
    }

    private static <T> T named(String property, Supplier<T> value) {
        try {
            return value.get();
        } catch (RuntimeException refused) {
            throw new IllegalArgumentException(property + " is refused: " + refused.getMessage(), refused);
        }
    }

    /**
     * The key-encryption keys, with which there is a vault.
     *
     * @throws IllegalArgumentException if the address is malformed, or the file is missing or unsafe
     * @throws IllegalStateException if the SDK of AWS KMS is not on the class path
     */
    @Bean
    @ConditionalOnProperty(KEK)
    @ConditionalOnMissingBean
    KeyEncryptionKeys satchelKeyEncryptionKeys(SatchelProperties properties, ObjectProvider<KmsKeys> kms) {
        KekAddress address = KekAddress.parse(KEK, properties.kek());
        if (address instanceof KekAddress.File file) {
            return named(KEK, () -> FileKeyEncryptionKeys.open(file.path()));
        }
        KmsKeys keys = kms.getIfAvailable();
        if (keys == null) {
            throw new IllegalStateException(KEK
                    + " names a key in AWS KMS, and the client of AWS KMS is not on the class path: add the dependency"
                    + " software.amazon.awssdk:kms");
        }
        return keys.open((KekAddress.AwsKms) address);
    }

    /** Opens keys in AWS KMS. */
    @FunctionalInterface
    interface KmsKeys {
        KeyEncryptionKeys open(KekAddress.AwsKms address);
    }

    /** With a client of the service's own, or with one that reads the settings of AWS. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(KmsClient.class)
    @ConditionalOnProperty(KEK)
    static final class Kms {

        // Lazy, because a service may have its own, and keys may be in a file.
        @Bean(defaultCandidate = false)
        @Lazy
        KmsClient satchelKmsClient(SatchelProperties properties) {
            if (KekAddress.parse(KEK, properties.kek()) instanceof KekAddress.AwsKms address) {
                return KmsClient.builder()
                        .region(Region.of(address.key().region()))
                        .build();
            }
            throw new IllegalStateException(KEK + " names no key in AWS KMS");
        }

        @Bean
        KmsKeys satchelKmsKeys(
                ObjectProvider<KmsClient> clients, @Qualifier("satchelKmsClient") ObjectProvider<KmsClient> ownClient) {
            return address -> new AwsKmsKeyEncryptionKeys(clients.getIfUnique(ownClient::getObject), address.key());
        }
    }

    /** Stops workers when the service begins to end. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JobOperator.class)
    static final class Workers {

        @Bean
        StopOnClose satchelStopOnClose(ConfigurableApplicationContext context) {
            return new StopOnClose(context);
        }
    }

    /**
     * Stops workers when the service begins to end: Spring waits for scheduled methods before it destroys beans, and a run
     * that was not told would go on meanwhile.
     */
    record StopOnClose(ConfigurableApplicationContext context) implements ApplicationListener<ContextClosedEvent> {

        @Override
        public void onApplicationEvent(ContextClosedEvent closed) {
            if (closed.getApplicationContext() != context) {
                return;
            }
            ConfigurableListableBeanFactory beans = context.getBeanFactory();
            // A lazy worker that was never used is not made to be stopped.
            for (String name : beans.getBeanNamesForType(ExportWorker.class, false, false)) {
                if (beans.getSingleton(name) instanceof ExportWorker worker) {
                    worker.stop();
                }
            }
        }
    }
}
