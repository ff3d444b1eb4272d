/**
 * The progress of learners: read from what the triggers keep, and kept right as time passes.
 */
@NullMarked
package dev.satchel.postgres.progress;

import org.jspecify.annotations.NullMarked;
