/**
 * Envelope encryption: data keys, and the key-encryption keys that wrap them.
 *
 * <p>{@link dev.satchel.keys.encryption.KeyEncryptionKeys} wraps and unwraps data keys, with keys from a file or in a
 * key management service. {@link dev.satchel.keys.encryption.DataKeys} re-wraps them when the key-encryption key is
 * rotated.
 */
@NullMarked
package dev.satchel.keys.encryption;

import org.jspecify.annotations.NullMarked;
