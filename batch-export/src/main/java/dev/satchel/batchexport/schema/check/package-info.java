/**
 * The subjects that are looked at in a database, one class each, with one result: {@link
 * dev.satchel.batchexport.schema.check.Check}.
 *
 * <p>{@link dev.satchel.batchexport.schema.check.SchemaVerification} is a list of them, for {@code satchel verify}; the
 * pre-flight of a migration asks the same ones.
 */
@NullMarked
package dev.satchel.batchexport.schema.check;

import org.jspecify.annotations.NullMarked;
