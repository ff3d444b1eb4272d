/** Medians and quartiles, which every benchmark prints. */
@NullMarked
package dev.satchel.batchexport.bench.statistics;

import org.jspecify.annotations.NullMarked;
