/**
 * How text reaches a terminal: escaped, so that no value from a database, a server or an argument is obeyed as a control
 * sequence, hides what stands beside it, or passes for a line of its own.
 *
 * <p>{@link dev.satchel.batchexport.terminal.Console} is what commands print to; {@link
 * dev.satchel.batchexport.terminal.TerminalWriter} stands around both streams, and the converters stand in the pattern of
 * the log. {@link dev.satchel.batchexport.terminal.UsageException} and {@link
 * dev.satchel.batchexport.terminal.RefusedException} carry a message that is shown as it is, and the exit code.
 */
@NullMarked
package dev.satchel.batchexport.terminal;

import org.jspecify.annotations.NullMarked;
