/**
 * The Spring Batch jobs: {@code exportRun} delivers everything that waits, {@code cleanup} removes what is due.
 *
 * <p>One job execution is one run of a worker; its items are exports. Spring Batch keeps the record of the run, while the
 * lease of {@link dev.satchel.export.ExportHistory} alone decides who may deliver an export, so that a run that died needs
 * no restart: the next one simply goes on.
 */
@NullMarked
package dev.satchel.batchexport.run;

import org.jspecify.annotations.NullMarked;
