package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.run.ExportWorker;
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
     * @param concurrency how many exports it delivers side by side, from 1 to 64; uses up to two connections for each
     */
    record Worker(
            @DefaultValue("" + ExportWorker.CONCURRENCY) int concurrency) {

        Worker {
            if (concurrency < 1 || concurrency > ExportWorker.MOST_CONCURRENT) {
                throw new IllegalArgumentException("satchel.worker.concurrency must be a whole number from 1 to "
                        + ExportWorker.MOST_CONCURRENT + ", was " + concurrency);
            }
        }
    }
}
