/** The program's log: how it is configured, and the formats of its lines: text, ECS and logfmt. */
@NullMarked
package dev.satchel.batchexport.terminal.log;

import org.jspecify.annotations.NullMarked;
