/**
 * The page of an archive, {@code index.html}: what is in it, how the learning went, and the records themselves, for the
 * person whose data it is. {@link dev.satchel.batchexport.format.archive.page.ArchivePage} counts while records pass
 * and keeps the rows that the page shows; its sections write them with the charts and tables of the package {@code
 * page}.
 */
@NullMarked
package dev.satchel.batchexport.format.archive.page;

import org.jspecify.annotations.NullMarked;
