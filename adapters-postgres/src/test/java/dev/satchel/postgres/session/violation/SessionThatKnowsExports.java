package dev.satchel.postgres.session.violation;

import dev.satchel.postgres.export.PostgresExports;

/** Breaks the rule on arrows on purpose, so that a test can see it bite. */
public record SessionThatKnowsExports(PostgresExports exports) {}
