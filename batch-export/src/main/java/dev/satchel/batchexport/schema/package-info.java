/**
 * What the program does to a schema, and what it reads from one.
 *
 * <p>{@link dev.satchel.batchexport.schema.Migration} brings it to the newest version, after a {@link
 * dev.satchel.batchexport.schema.Preflight}, and has {@code Restoration} make again what is missing there of what the
 * migrations made; {@link dev.satchel.batchexport.schema.Rollback} takes all
 * of it back, each in one transaction; {@link dev.satchel.batchexport.schema.SchemaVerification} compares a live one with {@code SchemaContract.txt}, the facts that
 * the migrations make; {@link dev.satchel.batchexport.schema.TypescriptTypes} and {@link
 * dev.satchel.batchexport.schema.EntityDiagram} print it for other programs and for people.
 */
@NullMarked
package dev.satchel.batchexport.schema;

import org.jspecify.annotations.NullMarked;
