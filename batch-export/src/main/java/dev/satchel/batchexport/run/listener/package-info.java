/**
 * What is told the outcomes of a run's attempts: the log, the totals, and the progress bar. A further listener, such as one
 * for metrics, is a class here and a place in the list of {@code RunCommand}.
 */
@NullMarked
package dev.satchel.batchexport.run.listener;

import org.jspecify.annotations.NullMarked;
