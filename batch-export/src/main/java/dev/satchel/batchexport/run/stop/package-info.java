/**
 * How a run is told to stop: by SIGTERM, SIGINT, or the service that runs it.
 */
@NullMarked
package dev.satchel.batchexport.run.stop;

import org.jspecify.annotations.NullMarked;
