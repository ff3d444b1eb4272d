/**
 * What the program does to a schema, and what it reads from one.
 *
 * <p>{@link dev.satchel.batchexport.schema.migrate.Migration} brings it to the newest version, after a {@link
 * dev.satchel.batchexport.schema.migrate.Preflight}, and has {@code Restoration} make again what is missing there of what the
 * migrations made; {@link dev.satchel.batchexport.schema.migrate.Rollback} takes all
 * of it back, each in one transaction; {@link dev.satchel.batchexport.schema.check.SchemaVerification} compares a live one with {@code SchemaContract.txt}, the facts that
 * the migrations make; {@link dev.satchel.batchexport.schema.docs.TypescriptTypes} and {@link
 * dev.satchel.batchexport.schema.docs.EntityDiagram} print it for other programs and for people.
 */
@NullMarked
package dev.satchel.batchexport.schema;

import org.jspecify.annotations.NullMarked;
