/**
 * The steps of the clean-up job, and what it reports.
 */
@NullMarked
package dev.satchel.batchexport.run.cleanup;

import org.jspecify.annotations.NullMarked;
