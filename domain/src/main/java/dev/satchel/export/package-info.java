/**
 * Exports: a user asks for their data, a worker delivers it as a file, and the file goes when it expires.
 *
 * <p>{@link dev.satchel.export.Export} is one export in the state it has reached; {@link
 * dev.satchel.export.ExportHistory} moves it from state to state, fenced by a lease. {@link
 * dev.satchel.export.DeliverExport} is the one road of the data: it reads {@link dev.satchel.export.UserRecords} in one
 * snapshot, pushes every value through a {@link dev.satchel.export.RecordSink} of a {@link
 * dev.satchel.export.FileFormats file format} into an {@link dev.satchel.export.FileStore.Upload}, and publishes the
 * file by completing the export. {@link dev.satchel.export.CleanUp} is the way out. Both ask {@link
 * dev.satchel.export.StoreCheck} whether the store is the one that the database knows.
 */
@NullMarked
package dev.satchel.export;

import org.jspecify.annotations.NullMarked;
