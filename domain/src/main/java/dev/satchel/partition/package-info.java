/**
 * One export that several processes read: ranges of a dataset's records in the order of the file, and who reads which.
 */
@NullMarked
package dev.satchel.partition;

import org.jspecify.annotations.NullMarked;
