/**
 * How single values are written, the same in every format.
 */
@NullMarked
package dev.satchel.batchexport.format.value;

import org.jspecify.annotations.NullMarked;
