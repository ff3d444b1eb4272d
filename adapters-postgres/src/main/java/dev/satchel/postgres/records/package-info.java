/**
 * The records of users, read by {@code COPY} in binary format with the user's own rights.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-copy.html">COPY</a>
 */
@NullMarked
package dev.satchel.postgres.records;

import org.jspecify.annotations.NullMarked;
