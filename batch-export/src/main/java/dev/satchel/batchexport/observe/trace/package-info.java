/** Observations that cannot harm what they observe. */
@NullMarked
package dev.satchel.batchexport.observe.trace;

import org.jspecify.annotations.NullMarked;
