/**
 * What operators set for the format {@code archive}.
 */
@NullMarked
package dev.satchel.batchexport.run.archive;

import org.jspecify.annotations.NullMarked;
