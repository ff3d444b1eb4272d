/**
 * Compares a delivered file with what the history has on record of it, months later and without the application's tables.
 *
 * <p>{@link dev.satchel.batchexport.format.check.FileVerification} reads the file from its store once, computes its size
 * and SHA-256, and counts the records of each dataset with libraries that did not write the file. A service that verifies
 * CSV needs Commons CSV on its class path.
 */
@NullMarked
package dev.satchel.batchexport.format.check;

import org.jspecify.annotations.NullMarked;
