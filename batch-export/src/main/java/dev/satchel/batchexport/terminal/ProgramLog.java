package dev.satchel.batchexport.terminal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Configures logging of the command-line program: log lines go to standard error, as configured in {@code logback.xml}
 * of the package {@code dev.satchel.batchexport}.
 *
 * <p>The file is not at a place where Logback finds it by itself, so it does not affect services that have Satchel on
 * their class path.
 */
public final class ProgramLog {

    private static final String CONFIGURATION = "logback.configurationFile";

    private ProgramLog() {}

    /** Configures logging; called by a main method before anything else, because the first logger fixes it. */
    public static void configure() {
        if (System.getProperty(CONFIGURATION) == null) {
            System.setProperty(CONFIGURATION, "dev/satchel/batchexport/logback.xml");
        }
        // Routes java.util.logging, which the JDBC driver uses, to the same log.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** Runs a command and logs nothing meanwhile but warnings and errors. */
    public static <T> T quietly(Callable<T> command) throws Exception {
        Logger satchel = (Logger) LoggerFactory.getLogger("dev.satchel");
        Level before = satchel.getLevel();
        if (!satchel.getEffectiveLevel().isGreaterOrEqual(Level.WARN)) {
            satchel.setLevel(Level.WARN);
        }
        try {
            return command.call();
        } finally {
            satchel.setLevel(before);
        }
    }
}
