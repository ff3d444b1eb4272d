package dev.satchel.batchexport.cycleone;

import dev.satchel.batchexport.cycletwo.Two;

/** Breaks a rule on purpose, so that a test can see the rule bite. */
public record One(Two two) {}
