/**
 * How single values are written, which is the same in every format, and what the writers of formats share.
 */
@NullMarked
package dev.satchel.batchexport.format.value;

import org.jspecify.annotations.NullMarked;
