/**
 * Key-encryption keys that never leave AWS KMS: {@link dev.satchel.kms.AwsKmsKeyEncryptionKeys}.
 *
 * <p>It lives in this module and not with the program, because a service that embeds the vault opens keys too. Nothing
 * else here refers to this package, and the SDK is an optional dependency: a service that keeps its key-encryption keys
 * elsewhere gets none of it.
 */
@NullMarked
package dev.satchel.kms;

import org.jspecify.annotations.NullMarked;
