/**
 * The progress of learners in PostgreSQL: reading and maintenance. Triggers write it.
 */
@NullMarked
package dev.satchel.postgres.progress;

import org.jspecify.annotations.NullMarked;
