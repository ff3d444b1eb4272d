package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.run.RunSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the parts are that a service works with, called as in the program.
 *
 * @param store where exported files go: s3://bucket, s3://bucket/prefix or file:///absolute/directory
 * @param datasets the file, or the directory of files, that changes what is exported
 * @param kek where the key-encryption keys are: file:/path or aws-kms:ARN
 * @param worker the worker that the service may run
 */
@ConfigurationProperties("satchel")
record SatchelProperties(
        @Nullable String store,
        @Nullable String datasets,
        @Nullable String kek,
        @DefaultValue Worker worker) {

    /**
     * The worker that the service may run.
     *
     * @param concurrency how many exports it delivers side by side, from 1 to 64; each run uses up to two connections for
     *     each, and four more
     * @param name the name of the worker in the leases that it takes; process and host when left out
     * @param quiet whether the log leaves out exports that were delivered and files that were removed
     */
    record Worker(
            @DefaultValue("2") int concurrency,
            @Nullable String name,
            @DefaultValue("false") boolean quiet) {

        Worker {
            RunSettings.requireConcurrency("satchel.worker.concurrency", concurrency);
        }
    }
}
