package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.store.StoreAddress;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3Options;
import dev.satchel.store.FileStore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The store that {@code satchel.store} names, unless the service has a bean of type {@link FileStore}. A service that only
 * hands out links needs no more.
 */
@AutoConfiguration
@EnableConfigurationProperties(SatchelProperties.class)
public final class SatchelStoreAutoConfiguration {

    static final String STORE = "satchel.store";

    /**
     * The store that the property names, opened without I/O.
     *
     * @throws IllegalArgumentException if the address is malformed
     * @throws IllegalStateException if it names a bucket, and the SDK of AWS is not on the class path
     */
    @Bean
    @ConditionalOnProperty(STORE)
    @ConditionalOnMissingBean(FileStore.class)
    NamedFileStore satchelFileStore(SatchelProperties properties, ObjectProvider<S3Connection> connection) {
        StoreAddress address;
        try {
            address = StoreAddress.parse(String.valueOf(properties.store()));
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(STORE + " is malformed: " + malformed.getMessage());
        }
        return new NamedFileStore(
                address.open(() -> {
                    S3Connection s3 = connection.getIfAvailable();
                    if (s3 == null) {
                        throw new IllegalStateException(STORE
                                + " names a bucket, and the SDK of AWS is not on the class path: add the dependencies"
                                + " software.amazon.awssdk:s3 and software.amazon.awssdk:url-connection-client");
                    }
                    return s3;
                }),
                address);
    }

    /** How S3 is reached: as {@code satchel.s3} and the settings of AWS say, or with what beans of the service provide. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(S3Client.class)
    @ConditionalOnProperty(STORE)
    @EnableConfigurationProperties(S3Options.class)
    static final class S3 {

        // Lazy, because a service may have its own, and a directory needs none.
        @Bean(defaultCandidate = false)
        @Lazy
        DefaultCredentialsProvider satchelAwsCredentials() {
            return DefaultCredentialsProvider.builder().build();
        }

        // Lazy, because finding a region can take a request, and a directory needs none.
        @Bean
        @Lazy
        @ConditionalOnMissingBean
        S3Connection satchelS3Connection(
                S3Options options,
                ObjectProvider<AwsRegionProvider> region,
                ObjectProvider<AwsCredentialsProvider> credentials,
                @Qualifier("satchelAwsCredentials") ObjectProvider<AwsCredentialsProvider> ownCredentials,
                ObjectProvider<S3ClientBuilderCustomizer> customizers) {
            return new S3Connection(
                    options,
                    region(options, region.getIfUnique(DefaultAwsRegionProviderChain::new)),
                    credentials.getIfUnique(ownCredentials::getObject),
                    client -> customizers.orderedStream().forEach(each -> each.customize(client)));
        }

        private static String region(S3Options options, AwsRegionProvider provider) {
            try {
                return provider.getRegion().id();
            } catch (SdkClientException unknown) {
                if (options.endpoint() != null) {
                    return "us-east-1";
                }
                throw new IllegalStateException(
                        "the region of the bucket in " + STORE
                                + " is not known: set AWS_REGION, or provide a bean of type" + " AwsRegionProvider",
                        unknown);
            }
        }
    }
}
