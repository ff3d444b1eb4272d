package dev.satchel.batchexport;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** What is logged in this process, from its creation until it is closed. */
public final class LogLines implements AutoCloseable {

    private final Logger logger;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    private LogLines(String logger) {
        this.logger = (Logger) LoggerFactory.getLogger(logger);
        // Others may log while a test reads.
        appender.list = Collections.synchronizedList(new ArrayList<>());
        appender.start();
        this.logger.addAppender(appender);
    }

    /** What that class logs. */
    public static LogLines of(Class<?> source) {
        return new LogLines(source.getName());
    }

    /** What all classes log. */
    public static LogLines ofEverything() {
        return new LogLines(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    /** The messages so far. */
    public List<String> messages() {
        return each(ILoggingEvent::getFormattedMessage);
    }

    /** The messages so far, each behind its level. */
    public List<String> messagesWithLevels() {
        return each(event -> event.getLevel() + " " + event.getFormattedMessage());
    }

    private List<String> each(Function<ILoggingEvent, String> part) {
        return List.copyOf(appender.list).stream().map(part).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
    }
}
