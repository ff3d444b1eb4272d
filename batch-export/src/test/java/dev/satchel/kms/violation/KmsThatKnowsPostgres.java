package dev.satchel.kms.violation;

import dev.satchel.postgres.SatchelPostgres;

/** Breaks the rule that one adapter knows nothing of another, so that a test can see it bite. */
public record KmsThatKnowsPostgres(SatchelPostgres satchel) {}
