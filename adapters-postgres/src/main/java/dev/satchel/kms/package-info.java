/**
 * Key-encryption keys that never leave AWS KMS: {@link dev.satchel.kms.AwsKmsKeyEncryptionKeys}.
 *
 * <p>The package is in this module, so that services which embed the vault can use it. No other package refers to it,
 * and the AWS SDK is an optional dependency: a service with other key-encryption keys does not need the SDK.
 */
@NullMarked
package dev.satchel.kms;

import org.jspecify.annotations.NullMarked;
