/**
 * The vault: the keys for other services that users entrust to the application.
 *
 * <p><b>Guarantees.</b> A key is stored only in its sealed form ({@link dev.satchel.keys.SealedKey}), and no other
 * text is read as a key. A sealed key opens only in the row, in the column and for the user that it was sealed for,
 * and only until it is replaced or removed; a copy that is written back later does not open. No method returns a key:
 * {@link dev.satchel.keys.UserKeys#use} passes it to a function and overwrites it afterwards, and {@link
 * dev.satchel.keys.ApiKey#revealSecret} is the only way to read it. Setting, checking or removing one provider's key
 * leaves the others unchanged. An outage of a provider does not change the validity of a key.
 *
 * <p><b>Envelope encryption.</b> A key-encryption key ({@link dev.satchel.keys.encryption.KeyEncryptionKeys}: a file,
 * or a key management service) wraps one data key per sealed key, which encrypts nothing else. Rotation re-wraps the
 * data keys ({@link dev.satchel.keys.encryption.DataKeys}) and leaves the sealed keys unchanged.
 *
 * <p><b>Deletion.</b> When a key is replaced or removed by any program, or the user's row of keys or account is
 * deleted, its data key is deleted in the same transaction. Copies of the sealed text, such as in a log or a copy of
 * the table, can then no longer be opened. A backup is different: it holds the wrapped data keys next to the sealed
 * keys, so that the backup together with the key-encryption key of its time opens them. That ends when the backup is
 * deleted, or when every copy of that key-encryption key is destroyed after a rotation. PostgreSQL itself keeps
 * deleted rows on disk until it vacuums, and in the write-ahead log until that is recycled.
 *
 * <p><b>Audit log.</b> An entry is written each time that any program sets, opens or removes a key: the user, the
 * provider, the purpose of an opening, the data key's id, the database login and the time. The entry of an opening is
 * committed before the key is read. Entries hold nothing of the key and cannot be changed or deleted. They outlive the
 * account; of the person they keep only the user's id.
 */
@NullMarked
package dev.satchel.keys;

import org.jspecify.annotations.NullMarked;
