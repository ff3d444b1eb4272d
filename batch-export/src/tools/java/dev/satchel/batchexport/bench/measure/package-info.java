/**
 * Measuring: contestants that do the same work in turns, what each costs in time and CPU time, and medians, quartiles and
 * ratios of that.
 */
@NullMarked
package dev.satchel.batchexport.bench.measure;

import org.jspecify.annotations.NullMarked;
