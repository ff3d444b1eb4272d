/**
 * What an operator types. {@link dev.satchel.batchexport.cli.SatchelCommand} is the root; each package below it holds the
 * commands of one subject, one class per command.
 *
 * <p>A command reads its options into the domain's types, so that bad input is refused before anything is touched, calls
 * one use case, and prints results to standard output. Everything else, logs and errors, goes to standard error.
 */
@NullMarked
package dev.satchel.batchexport.cli;

import org.jspecify.annotations.NullMarked;
