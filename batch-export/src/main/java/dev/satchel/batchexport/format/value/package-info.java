/**
 * The text of single values, which is the same in every format.
 */
@NullMarked
package dev.satchel.batchexport.format.value;

import org.jspecify.annotations.NullMarked;
