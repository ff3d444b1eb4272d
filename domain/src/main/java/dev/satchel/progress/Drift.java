package dev.satchel.progress;

import dev.satchel.UserId;

/**
 * A stored value of a user's progress that differs from the value computed from its source.
 *
 * @param what which value: a column, a sum, or the session of a contribution
 * @param expected the computed value
 * @param found the value in the database
 */
public record Drift(UserId user, String what, String expected, String found) {}
