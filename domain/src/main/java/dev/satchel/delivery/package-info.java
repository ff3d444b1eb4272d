/**
 * Delivery: writes a user's data from the database to a file in a store, and removes the file when it has expired.
 *
 * <p>{@link dev.satchel.delivery.DeliverExport} delivers one export: it reads {@link dev.satchel.record.UserRecords}
 * in one snapshot, pushes every value through a {@link dev.satchel.record.RecordSink} of a {@link
 * dev.satchel.delivery.FileFormats file format} into an {@link dev.satchel.store.FileStore.Upload}, and publishes the
 * file by completing the export. {@link dev.satchel.delivery.CleanUp} removes files that have expired.
 */
@NullMarked
package dev.satchel.delivery;

import org.jspecify.annotations.NullMarked;
