/**
 * {@code satchel bench export}: what an export costs, beside what reading the same rows costs otherwise.
 *
 * <p>{@link dev.satchel.batchexport.bench.export.BenchUsers} makes the data, each {@link
 * dev.satchel.batchexport.bench.measure.Contestant} reads all of it in its own way, {@link
 * dev.satchel.batchexport.bench.measure.Rounds} measures them in turns, and {@link
 * dev.satchel.batchexport.bench.measure.Report} prints medians and ratios.
 */
@NullMarked
package dev.satchel.batchexport.bench.export;

import org.jspecify.annotations.NullMarked;
