package dev.satchel.batchexport.terminal;

import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The log of a process that is Satchel's own: what happens goes to standard error, as {@code logback.xml} in the package
 * {@code dev.satchel.batchexport} says.
 *
 * <p>A service that has Satchel on its class path finds no configuration of ours by itself, and logs as it did before.
 */
public final class ProgramLog {

    private static final String CONFIGURATION = "logback.configurationFile";

    private ProgramLog() {}

    /** Configures logging; called by a main method before anything else, because the first logger fixes it. */
    public static void configure() {
        if (System.getProperty(CONFIGURATION) == null) {
            System.setProperty(CONFIGURATION, "dev/satchel/batchexport/logback.xml");
        }
        // What the database's driver logs goes where everything else does.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
