/**
 * The archive of old history: exports that ended long ago move from the database to a file a month in the store.
 *
 * <p>{@link dev.satchel.archive.ArchiveHistory} writes, reads back, and only then removes what it read; {@link
 * dev.satchel.archive.HistoryArchive} is the port to the database.
 */
@NullMarked
package dev.satchel.archive;

import org.jspecify.annotations.NullMarked;
