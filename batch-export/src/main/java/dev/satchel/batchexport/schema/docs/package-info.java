/**
 * A live schema printed for other programs and for people: {@link
 * dev.satchel.batchexport.schema.docs.TypescriptTypes} and {@link dev.satchel.batchexport.schema.docs.EntityDiagram}.
 */
@NullMarked
package dev.satchel.batchexport.schema.docs;

import org.jspecify.annotations.NullMarked;
