/**
 * Key-encryption keys in a file with a keyset of Tink: {@link dev.satchel.keyset.FileKeyEncryptionKeys}. The file is
 * refused unless only its owner can read it.
 */
@NullMarked
package dev.satchel.keyset;

import org.jspecify.annotations.NullMarked;
