/**
 * What exported files look like. {@link dev.satchel.batchexport.format.StandardFileFormats} chooses the writer of a request;
 * each writer turns the values it is handed into bytes at once and holds no more than one record. Neither the JVM's time
 * zone nor its locale changes a byte.
 */
@NullMarked
package dev.satchel.batchexport.format;

import org.jspecify.annotations.NullMarked;
