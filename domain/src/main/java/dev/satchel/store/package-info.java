/**
 * Stores: where the files of exports are kept.
 *
 * <p>A {@link dev.satchel.store.FileStore} publishes a file by {@code commit()} alone. {@link
 * dev.satchel.store.UploadJournal} records each object before its first byte is written, so that nothing is left behind
 * unknown. {@link dev.satchel.store.StoreCheck} finds out whether a store is the one that the database knows.
 */
@NullMarked
package dev.satchel.store;

import org.jspecify.annotations.NullMarked;
