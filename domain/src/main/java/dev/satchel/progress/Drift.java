package dev.satchel.progress;

import dev.satchel.UserId;

/**
 * One value of a user's progress that is not what it should be.
 *
 * @param what the column, sum, or session whose contribution it is
 * @param expected computed anew
 * @param found in the database
 */
public record Drift(UserId user, String what, String expected, String found) {}
