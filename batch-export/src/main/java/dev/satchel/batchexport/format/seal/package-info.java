/**
 * Files that are encrypted to their reader's own OpenPGP key (RFC 9580, RFC 4880), so that {@code gpg --decrypt} opens
 * them and the store's operator cannot. {@link dev.satchel.batchexport.format.seal.Recipient} decides whether one can
 * encrypt to a key; {@link dev.satchel.batchexport.format.seal.SealedWriter} encrypts while the file is written.
 */
@NullMarked
package dev.satchel.batchexport.format.seal;

import org.jspecify.annotations.NullMarked;
