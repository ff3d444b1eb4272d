/**
 * The record that Spring Batch keeps of runs in schema {@code satchel}. What a run does never depends on it.
 */
@NullMarked
package dev.satchel.batchexport.run.record;

import org.jspecify.annotations.NullMarked;
