package dev.satchel.batchexport.cycletwo;

import dev.satchel.batchexport.cycleone.One;

/** Breaks a rule on purpose, so that a test can see the rule bite. */
public record Two(One one) {}
