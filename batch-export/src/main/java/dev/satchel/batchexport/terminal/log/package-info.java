/** The formats of log lines besides text: ECS and logfmt. */
@NullMarked
package dev.satchel.batchexport.terminal.log;

import org.jspecify.annotations.NullMarked;
