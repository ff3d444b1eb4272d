package dev.satchel.batchexport.terminal;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** Writes the message of a log event on one line, escaped as {@link VisibleText}. */
public final class VisibleMessageConverter extends ClassicConverter {

    @Override
    public String convert(ILoggingEvent event) {
        return VisibleText.line(String.valueOf(event.getFormattedMessage()));
    }
}
