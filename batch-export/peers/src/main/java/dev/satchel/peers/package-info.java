/**
 * The same export by other systems, each as its documentation leads a user to write it: rows by a cursor into a CSV file, one
 * PUT to S3, then the row of the table {@code exports} marked as done.
 *
 * <p>{@link dev.satchel.peers.PlainExport} is the same for all; each {@link dev.satchel.peers.Peer} adds how work is handed to
 * workers and what happens when one dies.
 */
@NullMarked
package dev.satchel.peers;

import org.jspecify.annotations.NullMarked;
