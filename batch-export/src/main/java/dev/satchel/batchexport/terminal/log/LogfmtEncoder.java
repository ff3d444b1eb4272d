package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import dev.satchel.batchexport.terminal.VisibleText;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Writes a log event as one line of logfmt, with the stack trace as the value {@code error} where there is one. */
final class LogfmtEncoder extends LineEncoder {

    @Override
    String lines(ILoggingEvent event) {
        return "time=" + time(event) + " level=" + event.getLevel() + " logger=" + event.getLoggerName() + " msg="
                + quoted(String.valueOf(event.getFormattedMessage())) + error(event) + System.lineSeparator();
    }

    private static String error(ILoggingEvent event) {
        if (!(event.getThrowableProxy() instanceof ThrowableProxy logged)) {
            return "";
        }
        StringWriter trace = new StringWriter();
        logged.getThrowable().printStackTrace(new PrintWriter(trace));
        return " error=" + quoted(trace.toString().strip());
    }

    // In quotes, on one line, escaped as VisibleText.
    private static String quoted(String text) {
        return '"' + VisibleText.line(text.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
    }
}
