package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.settings.KekAddress;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.kms.AwsKmsKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgresAutoConfiguration;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;

/** The datasets of {@code satchel.datasets} and the key-encryption keys of {@code satchel.kek}. */
@AutoConfiguration(before = SatchelPostgresAutoConfiguration.class)
@EnableConfigurationProperties(SatchelProperties.class)
public final class SatchelAutoConfiguration {

    static final String KEK = "satchel.kek";

    /**
     * The built-in datasets, changed by the file.
     *
     * @throws IllegalArgumentException if the file cannot be read or breaks a rule of the format
     */
    @Bean
    @ConditionalOnProperty("satchel.datasets")
    @ConditionalOnMissingBean
    PostgresDatasets postgresDatasets(SatchelProperties properties) {
        return PostgresDatasets.builtIn().with(Path.of(String.valueOf(properties.datasets())));
    }

    /**
     * The key-encryption keys, with which there is a vault.
     *
     * @throws IllegalArgumentException if the address is malformed
     * @throws IllegalStateException if the file is missing or unsafe, or the SDK of AWS KMS is not on the class path
     */
    @Bean
    @ConditionalOnProperty(KEK)
    @ConditionalOnMissingBean
    KeyEncryptionKeys keyEncryptionKeys(SatchelProperties properties, ObjectProvider<KmsKeys> kms) {
        KekAddress address = KekAddress.parse(KEK, properties.kek());
        if (address instanceof KekAddress.File file) {
            return FileKeyEncryptionKeys.open(file.path());
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

        @Bean
        KmsKeys satchelKmsKeys(ObjectProvider<KmsClient> clients) {
            return address -> new AwsKmsKeyEncryptionKeys(
                    clients.getIfAvailable(() -> KmsClient.builder()
                            .region(Region.of(address.key().region()))
                            .build()),
                    address.key());
        }
    }
}
