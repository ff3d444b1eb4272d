/**
 * What changes a schema.
 *
 * <p>{@link dev.satchel.batchexport.schema.migrate.Migration} brings it to the newest version in one transaction, after a
 * {@link dev.satchel.batchexport.schema.migrate.Preflight}, and has {@code Restoration} make again what is missing of what the
 * migrations made, by the contract; {@link dev.satchel.batchexport.schema.migrate.Backfill} counts the sessions that had ended before in
 * batches, and {@link dev.satchel.batchexport.schema.migrate.Rollback} takes all of it back.
 */
@NullMarked
package dev.satchel.batchexport.schema.migrate;

import org.jspecify.annotations.NullMarked;
