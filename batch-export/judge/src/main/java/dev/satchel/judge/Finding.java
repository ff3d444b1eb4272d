package dev.satchel.judge;

/** One thing that is wrong, with the export or, for an orphan, the object that it concerns. */
public record Finding(Verdict verdict, String subject, String detail) {}
