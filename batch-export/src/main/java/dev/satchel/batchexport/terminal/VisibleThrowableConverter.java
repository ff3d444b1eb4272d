package dev.satchel.batchexport.terminal;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.io.StringWriter;

/** Writes the stack trace of a log event, escaped as {@link VisibleText}, with each exception's message on one line. */
public final class VisibleThrowableConverter extends ThrowableHandlingConverter {

    @Override
    public String convert(ILoggingEvent event) {
        StringWriter trace = new StringWriter();
        if (event.getThrowableProxy() instanceof ThrowableProxy logged) {
            logged.getThrowable().printStackTrace(new TerminalWriter(trace));
        }
        return trace.toString();
    }
}
