package dev.satchel.batchexport;

import dev.satchel.batchexport.command.Console;
import dev.satchel.batchexport.command.SatchelCommand;

/** Where the program starts. */
public final class Satchel {

    private Satchel() {}

    /** Runs one command and ends the process with its exit code: 0 done, 1 failed, 2 wrong call. */
    public static void main(String[] args) {
        System.exit(SatchelCommand.run(Console.ofProcess(), args));
    }
}
