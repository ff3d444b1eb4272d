package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import dev.satchel.batchexport.terminal.TerminalWriter;
import dev.satchel.batchexport.terminal.VisibleText;
import java.io.StringWriter;

/**
 * Writes a log event for people: one line with time, level and message, and the stack trace below it. Both are escaped as
 * {@link VisibleText}, because what a server said may hold anything.
 */
final class TextEncoder extends LineEncoder {

    @Override
    String lines(ILoggingEvent event) {
        StringWriter lines = new StringWriter();
        lines.append(time(event))
                .append(' ')
                // As wide as the longest.
                .append((event.getLevel() + " ").substring(0, 5))
                .append(' ')
                .append(VisibleText.line(String.valueOf(event.getFormattedMessage())))
                .append(System.lineSeparator());
        if (event.getThrowableProxy() instanceof ThrowableProxy logged) {
            logged.getThrowable().printStackTrace(new TerminalWriter(lines));
        }
        return lines.toString();
    }
}
