/**
 * Envelope encryption: data keys, and the key-encryption keys that wrap them.
 *
 * <p>{@link dev.satchel.keys.encryption.KeyEncryptionKeys} wraps and unwraps data keys; a file or a key management service
 * serves it. {@link dev.satchel.keys.encryption.DataKeys} re-wraps them when the key-encryption key is rotated.
 */
@NullMarked
package dev.satchel.keys.encryption;

import org.jspecify.annotations.NullMarked;
