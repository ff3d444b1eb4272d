/**
 * A store in a bucket of Amazon S3 or of a service with the same protocol.
 */
@NullMarked
package dev.satchel.batchexport.store.s3;

import org.jspecify.annotations.NullMarked;
