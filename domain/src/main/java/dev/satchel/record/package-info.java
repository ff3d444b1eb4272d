/**
 * Records: which of a user's data is exported, and how it is read.
 *
 * <p>A {@link dev.satchel.record.Dataset} is one table of users' records by its name; {@link
 * dev.satchel.record.DatasetCatalogue} holds those that an application exports. {@link dev.satchel.record.UserRecords} reads
 * one user's records with that user's rights in one snapshot and pushes each value into a {@link
 * dev.satchel.record.RecordSink}.
 */
@NullMarked
package dev.satchel.record;

import org.jspecify.annotations.NullMarked;
