/**
 * What monitoring sees of Satchel: meters and observations of Micrometer. {@code health} decides whether Satchel works.
 *
 * <p>{@link dev.satchel.batchexport.observe.ObservedBeans} puts meters and observations around the ports of a Spring
 * context, {@link dev.satchel.batchexport.observe.ExportMeters} counts the outcomes of a run, and {@link
 * dev.satchel.batchexport.observe.LagGauges} reads how far exports lag behind. No tag holds a user, an export, a file
 * or a text: each comes from an enumeration.
 */
@NullMarked
package dev.satchel.batchexport.observe;

import org.jspecify.annotations.NullMarked;
