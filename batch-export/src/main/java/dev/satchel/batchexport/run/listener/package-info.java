/**
 * What is told the outcomes of a run's attempts: the log, the totals, and the progress bar. A further listener, such as one
 * for metrics, is a class here, which
 * {@code RunCommand} adds to its worker.
 */
@NullMarked
package dev.satchel.batchexport.run.listener;

import org.jspecify.annotations.NullMarked;
