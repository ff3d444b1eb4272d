/**
 * Stores of exported files: S3 buckets and directories.
 *
 * <p>{@link dev.satchel.batchexport.store.StoreAddress} reads the setting that names the store and opens it. Both
 * publish a file only by {@code commit()}. {@link dev.satchel.batchexport.store.StoreFailures} maps their exceptions
 * to sentences for the user.
 */
@NullMarked
package dev.satchel.batchexport.store;

import org.jspecify.annotations.NullMarked;
