package dev.satchel.batchexport.store.violation;

import dev.satchel.batchexport.command.Console;

/** Breaks three rules on purpose, so that a test can see them bite. */
public record StoreThatKnowsACommand(Console console) {

    public void print() {
        System.out.println(console);
        console.out().print("two\nlines");
    }
}
