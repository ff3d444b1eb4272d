package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.satchel.batchexport.terminal.LogLevel;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logging of the command-line program by Logback: lines go to standard error, in the format and from the level that the
 * settings say.
 *
 * <p>SLF4J uses it where its system property names this class, and not by itself, so it does not affect services that have
 * Satchel on their class path. It is not a file of XML: to parse one takes a noticeable part of a start.
 */
public final class ProgramLogging implements SLF4JServiceProvider {

    private final LoggerContext context = new LoggerContext();
    private final MDCAdapter diagnostics = new LogbackMDCAdapter();
    private final IMarkerFactory markers = new BasicMarkerFactory();

    @Override
    public void initialize() {
        configure(context, diagnostics);
    }

    static void configure(LoggerContext context, MDCAdapter diagnostics) {
        context.setMDCAdapter(diagnostics);
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender(context));
        context.getLogger("dev.satchel").setLevel(Level.toLevel(LogLevel.chosen()));
        // The command itself says what went wrong, in one sentence.
        context.getLogger("org.flywaydb").setLevel(Level.OFF);
        // It quotes a malformed URL, with its password.
        context.getLogger("org.postgresql").setLevel(Level.OFF);
        context.getLogger("org.springframework").setLevel(Level.OFF);
        context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
        // It would write a trace at each look while the database is away, which is said once.
        context.getLogger("com.github.kagkarlsson").setLevel(Level.OFF);
        // It would write a line at each attempt to connect while Kafka is away, which is said once.
        context.getLogger("org.apache.kafka").setLevel(Level.OFF);
        context.start();
    }

    private static ConsoleAppender<ILoggingEvent> appender(LoggerContext context) {
        Encoder<ILoggingEvent> encoder = LogFormat.chosen();
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        // Standard output belongs to results.
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return context;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return diagnostics;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }
}
