/**
 * One large export that several processes deliver together, by Spring Batch's remote partitioning: workers write parts of a
 * file to the store, and the worker that holds the export's lease joins them.
 */
@NullMarked
package dev.satchel.batchexport.run.partition;

import org.jspecify.annotations.NullMarked;
