/**
 * The vault: the keys for other services that users entrust to the application.
 *
 * <p><b>What it promises.</b> A key is stored sealed or not at all, and there is one sealed form ({@link
 * dev.satchel.keys.SealedKey}); nothing else is ever read as a key. A sealed key opens only in the row, the column and for
 * the user it was sealed for, and only until it is set again or removed: put back later, it does not open. No method returns a key: {@link dev.satchel.keys.UserKeys#use} lends it to a function and
 * wipes it afterwards, and {@link dev.satchel.keys.ApiKey#revealSecret} is the one way to read it. Setting, checking or
 * removing one provider's key leaves the others alone. An outage of a provider says nothing about a key.
 *
 * <p><b>The envelope.</b> A key-encryption key ({@link dev.satchel.keys.encryption.KeyEncryptionKeys}: a file, or a key management
 * service) wraps one data key per sealed key, which seals nothing else. Rotation wraps the data keys anew ({@link
 * dev.satchel.keys.encryption.DataKeys}) and touches no sealed key.
 *
 * <p><b>What deleting means.</b> A data key goes when its key is set again or removed, by whomever, with the user's row of
 * keys or with their account, in the same transaction. Sealed texts that survive anywhere else, such as in a log or a copy of the table, can
 * then no longer be opened. A backup is different: it holds the wrapped data key next to the sealed keys, and whoever has
 * both the backup and the key-encryption key of its time can open them. That ends when the backup is deleted, or when
 * that key-encryption key is destroyed after a rotation, everywhere it was kept, whichever comes first. The database
 * itself keeps deleted rows on disk until it vacuums, and in its write-ahead log until that is recycled.
 *
 * <p><b>What is audited.</b> Each time a key is set, opened or removed, by whomever: the user, the provider, the purpose
 * of an opening, the data key's id, the database login and the moment. An opening is on record before the key is read.
 * The record holds nothing of the key, cannot be changed or deleted, and outlives the account: the user's id is all it
 * keeps of a person.
 */
@NullMarked
package dev.satchel.keys;

import org.jspecify.annotations.NullMarked;
