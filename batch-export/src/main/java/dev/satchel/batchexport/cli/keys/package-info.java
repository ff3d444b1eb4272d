/**
 * Commands for the vault: set, list, validate, rotate, adopt, remove.
 */
@NullMarked
package dev.satchel.batchexport.cli.keys;

import org.jspecify.annotations.NullMarked;
