/**
 * A store in a directory, which may be on a mounted volume.
 */
@NullMarked
package dev.satchel.batchexport.store.directory;

import org.jspecify.annotations.NullMarked;
