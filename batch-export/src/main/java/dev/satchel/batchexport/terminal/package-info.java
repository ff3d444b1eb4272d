/**
 * How text reaches a terminal: escaped, so that no value from a database, a server or an argument is obeyed as a
 * control sequence, hides what stands beside it, or passes for a line of its own.
 *
 * <p>{@link dev.satchel.batchexport.terminal.TerminalWriter} stands around both streams of a command, and the
 * converters stand in the pattern of {@code logback.xml}.
 */
@NullMarked
package dev.satchel.batchexport.terminal;

import org.jspecify.annotations.NullMarked;
