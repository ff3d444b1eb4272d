package dev.satchel.batchexport.store.violation;

import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;

/** Breaks three rules on purpose, so that a test can see them bite. */
public record StoreThatKnowsACommand(Console console, SatchelCommand command) {

    public void print() {
        System.out.println(console);
        console.out().print("two\nlines");
    }
}
