/** Meters of the parts that a process delivers of large exports. */
@NullMarked
package dev.satchel.batchexport.observe.parts;

import org.jspecify.annotations.NullMarked;
