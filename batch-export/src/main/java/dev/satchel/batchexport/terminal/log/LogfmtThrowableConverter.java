package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Writes the stack trace of a log event as the value {@code error} of logfmt, where there is one. */
public final class LogfmtThrowableConverter extends ThrowableHandlingConverter {

    @Override
    public String convert(ILoggingEvent event) {
        if (!(event.getThrowableProxy() instanceof ThrowableProxy logged)) {
            return "";
        }
        StringWriter trace = new StringWriter();
        logged.getThrowable().printStackTrace(new PrintWriter(trace));
        return " error=" + LogfmtMessageConverter.quoted(trace.toString().strip());
    }
}
