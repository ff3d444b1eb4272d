package dev.satchel.elsewhere;

/** Breaks a rule on purpose, so that a test can see the rule bite. */
public final class ClassOfNoLayer {}
