/**
 * Commands for datasets: what an export holds.
 */
@NullMarked
package dev.satchel.batchexport.cli.datasets;

import org.jspecify.annotations.NullMarked;
