/**
 * What files of every store have in common: their names, and how long their links are valid.
 */
@NullMarked
package dev.satchel.batchexport.store.file;

import org.jspecify.annotations.NullMarked;
