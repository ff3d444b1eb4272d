package dev.satchel.batchexport;

import dev.satchel.batchexport.command.Console;
import dev.satchel.batchexport.command.SatchelCommand;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Where the program starts. */
public final class Satchel {

    private Satchel() {}

    /** Runs one command and ends the process with its exit code: 0 done, 1 failed, 2 wrong call. */
    public static void main(String[] args) {
        // What the database's driver logs goes where everything else does.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(SatchelCommand.run(Console.ofProcess(), args));
    }
}
