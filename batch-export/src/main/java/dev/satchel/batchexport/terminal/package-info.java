/**
 * Output to terminals. Text is escaped, so that no value from a database, a server or an argument can act as a control
 * sequence, hide other text, or look like a line of its own.
 *
 * <p>{@link dev.satchel.batchexport.terminal.Console} is what commands print to. {@link
 * dev.satchel.batchexport.terminal.TerminalWriter} wraps both streams. {@link
 * dev.satchel.batchexport.terminal.UsageException} and {@link dev.satchel.batchexport.terminal.RefusedException} carry a
 * message that is shown unchanged, and determine the exit code.
 */
@NullMarked
package dev.satchel.batchexport.terminal;

import org.jspecify.annotations.NullMarked;
