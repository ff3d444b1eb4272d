package dev.satchel.batchexport.terminal.log;

import org.slf4j.bridge.SLF4JBridgeHandler;

/** Configures logging of the command-line program, as {@link ProgramLogging} has it. */
public final class ProgramLog {

    /** Names a configuration of Logback to be used instead. */
    private static final String CONFIGURATION = "logback.configurationFile";

    private ProgramLog() {}

    /** Configures logging; called by a main method before anything else, because the first logger fixes it. */
    public static void configure() {
        if (System.getProperty(CONFIGURATION) == null) {
            System.setProperty("slf4j.provider", ProgramLogging.class.getName());
            // SLF4J would say on standard error that it was told so.
            System.setProperty("slf4j.internal.verbosity", "WARN");
        }
        // Routes java.util.logging, which the JDBC driver uses, to the same log.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
