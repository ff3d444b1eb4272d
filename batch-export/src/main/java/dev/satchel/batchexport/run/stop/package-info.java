/**
 * How a run is told to stop, by SIGTERM or SIGINT.
 */
@NullMarked
package dev.satchel.batchexport.run.stop;

import org.jspecify.annotations.NullMarked;
