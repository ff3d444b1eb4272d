package dev.satchel.batchexport.faults;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** What the program logs, kept from the console: a thousand replays log a thousand failures. */
final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.satchel");
    private final boolean additive = logger.isAdditive();
    private final Level level = logger.getLevel();
    private final List<String> lines = new ArrayList<>();

    CapturedLog() {
        start();
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
        logger.addAppender(this);
    }

    @Override
    protected synchronized void append(ILoggingEvent event) {
        String trace = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        lines.add(event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage() + "\n" + trace);
    }

    synchronized void clear() {
        lines.clear();
    }

    synchronized String text() {
        return lines.stream().map(line -> "\n    " + line).collect(Collectors.joining());
    }

    /** A sentence for each line that holds one of those texts. */
    synchronized List<String> linesWith(List<String> texts) {
        return lines.stream()
                .filter(line -> texts.stream().anyMatch(line::contains))
                .map(line -> "the log holds what it must not: " + line)
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(level);
        logger.setAdditive(additive);
    }
}
