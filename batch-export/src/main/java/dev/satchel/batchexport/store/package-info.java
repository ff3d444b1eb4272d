/**
 * Where exported files are kept: an S3 bucket or a directory.
 *
 * <p>{@link dev.satchel.batchexport.store.StoreAddress} reads the setting that names the store and opens it. Both kinds
 * publish a file by {@code commit()} alone. {@link dev.satchel.batchexport.store.StoreFailures} says what their exceptions
 * mean to a user.
 */
@NullMarked
package dev.satchel.batchexport.store;

import org.jspecify.annotations.NullMarked;
