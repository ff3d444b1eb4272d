package dev.satchel.batchexport.autoconfigure;

import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Changes the client of the store that {@code satchel.store} names: a bean of a service, for what no property says, such as
 * another HTTP client. It comes after Satchel's own settings. Links are signed without it, so give credentials as a bean.
 */
@FunctionalInterface
public interface S3ClientBuilderCustomizer {

    void customize(S3ClientBuilder client);
}
