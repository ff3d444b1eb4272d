/**
 * What a live database says about itself, and what it should say.
 *
 * <p>{@link dev.satchel.batchexport.schema.catalog.SchemaFacts} reads every object of Satchel from the catalog as text;
 * {@link dev.satchel.batchexport.schema.catalog.SchemaContract} holds the same text as the migrations make it, and {@link
 * dev.satchel.batchexport.schema.catalog.SchemaSteps} which file makes what. {@link
 * dev.satchel.batchexport.schema.catalog.LiveTables} are the tables of schema {@code public} for types and diagrams. All of it
 * runs in a {@link dev.satchel.batchexport.schema.catalog.SchemaTransaction}.
 */
@NullMarked
package dev.satchel.batchexport.schema.catalog;

import org.jspecify.annotations.NullMarked;
