/**
 * Compressed files: any other file format, through gzip or zstd.
 */
@NullMarked
package dev.satchel.batchexport.format.compress;

import org.jspecify.annotations.NullMarked;
