/**
 * Key-encryption keys in a keyset file of Tink: {@link dev.satchel.keyset.FileKeyEncryptionKeys}. The file is refused
 * unless only its owner can read it.
 */
@NullMarked
package dev.satchel.keyset;

import org.jspecify.annotations.NullMarked;
