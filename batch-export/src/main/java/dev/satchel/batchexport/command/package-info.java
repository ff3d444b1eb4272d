/**
 * What an operator types: one class per command.
 *
 * <p>A command reads its options into the domain's types, so that bad input is refused before anything is touched, and
 * prints results to standard output. Everything else, logs and errors, goes to standard error.
 */
@NullMarked
package dev.satchel.batchexport.command;

import org.jspecify.annotations.NullMarked;
