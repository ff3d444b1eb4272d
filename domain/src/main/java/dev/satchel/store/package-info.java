/**
 * Stores: where the files of exports are kept.
 *
 * <p>A {@link dev.satchel.store.FileStore} publishes a file by {@code commit()} alone. {@link
 * dev.satchel.store.UploadJournal} records each object before its first byte is written, so that clean-up finds all of
 * them. {@link dev.satchel.store.StoreCheck} verifies that a store is the one that the database has on record.
 */
@NullMarked
package dev.satchel.store;

import org.jspecify.annotations.NullMarked;
