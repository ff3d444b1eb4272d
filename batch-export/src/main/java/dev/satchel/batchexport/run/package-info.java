/**
 * The Spring Batch job {@code exportRun}, which delivers every pending export, and what it shares with {@code cleanup}, the
 * job of the package below.
 *
 * <p>{@link dev.satchel.batchexport.run.ExportWorker} runs the job, for the command and for a service alike, {@link
 * dev.satchel.batchexport.run.JobContext} is where, and {@link dev.satchel.batchexport.run.ExportRunJob} holds its parts. One job execution is one run of a worker, with {@code --watch} too; its items are exports. Each attempt's outcome is
 * told to the listeners: the log, the totals, the progress bar. Spring Batch keeps the record of the run, while the lease of
 * {@link dev.satchel.export.ExportHistory} alone decides who may deliver an export, so that a run that died needs no restart:
 * the next one simply goes on.
 */
@NullMarked
package dev.satchel.batchexport.run;

import org.jspecify.annotations.NullMarked;
