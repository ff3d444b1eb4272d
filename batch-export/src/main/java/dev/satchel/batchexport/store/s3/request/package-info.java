/**
 * What the SDK does not offer for the requests of an upload: counting those that got no answer, and ending those that
 * are under way from another thread.
 */
@NullMarked
package dev.satchel.batchexport.store.s3.request;

import org.jspecify.annotations.NullMarked;
