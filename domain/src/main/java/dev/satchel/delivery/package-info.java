/**
 * Delivery: the way of a user's data from the database into a file, and the file's end.
 *
 * <p>{@link dev.satchel.delivery.DeliverExport} is the one road of the data: it reads {@link
 * dev.satchel.record.UserRecords} in one snapshot, pushes every value through a {@link dev.satchel.record.RecordSink} of a
 * {@link dev.satchel.delivery.FileFormats file format} into an {@link dev.satchel.store.FileStore.Upload}, and publishes
 * the file by completing the export. {@link dev.satchel.delivery.CleanUp} removes files that have expired.
 */
@NullMarked
package dev.satchel.delivery;

import org.jspecify.annotations.NullMarked;
