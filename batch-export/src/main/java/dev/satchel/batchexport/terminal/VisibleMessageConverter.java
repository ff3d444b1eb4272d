package dev.satchel.batchexport.terminal;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The message of a log line as {@link VisibleText}, on that one line. */
public final class VisibleMessageConverter extends ClassicConverter {

    @Override
    public String convert(ILoggingEvent event) {
        return VisibleText.line(String.valueOf(event.getFormattedMessage()));
    }
}
