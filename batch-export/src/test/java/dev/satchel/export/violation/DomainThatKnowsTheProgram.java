package dev.satchel.export.violation;

import dev.satchel.batchexport.terminal.Console;

/** Breaks a rule on purpose, so that a test can see the rule bite. */
public record DomainThatKnowsTheProgram(Console console) {}
