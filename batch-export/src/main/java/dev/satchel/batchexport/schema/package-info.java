/**
 * What the program does to a schema, and what it reads from one, in four rooms: {@code catalog} reads, {@code check} compares,
 * {@code migrate} changes, {@code docs} prints. Arrows lead from check to catalog, from migrate to both, from docs to catalog.
 */
@NullMarked
package dev.satchel.batchexport.schema;

import org.jspecify.annotations.NullMarked;
