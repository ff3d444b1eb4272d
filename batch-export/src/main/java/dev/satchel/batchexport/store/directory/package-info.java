/**
 * Files in a directory of this machine or of a volume that is mounted there.
 */
@NullMarked
package dev.satchel.batchexport.store.directory;

import org.jspecify.annotations.NullMarked;
