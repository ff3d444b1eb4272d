package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.satchel.batchexport.terminal.VisibleText;

/** Writes the message of a log event as a value of logfmt: in quotes, on one line, escaped as {@link VisibleText}. */
public final class LogfmtMessageConverter extends ClassicConverter {

    @Override
    public String convert(ILoggingEvent event) {
        return quoted(String.valueOf(event.getFormattedMessage()));
    }

    static String quoted(String text) {
        return '"' + VisibleText.line(text.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
    }
}
