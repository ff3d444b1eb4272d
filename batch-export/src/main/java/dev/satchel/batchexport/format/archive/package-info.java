/**
 * The export format {@code archive}: one ZIP for the person whose data it is. {@link
 * dev.satchel.batchexport.format.archive.ArchiveWriter} writes each dataset as CSV while its records pass, and shows
 * them to each {@link dev.satchel.batchexport.format.archive.ArchivePart}, which adds its files at the end. What a part
 * cannot hold in memory until then is in a {@link dev.satchel.batchexport.format.archive.Spool}.
 */
@NullMarked
package dev.satchel.batchexport.format.archive;

import org.jspecify.annotations.NullMarked;
