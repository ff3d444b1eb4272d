/**
 * Reads users' records with {@code COPY} in binary format and the user's own rights.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-copy.html">COPY</a>
 */
@NullMarked
package dev.satchel.postgres.records;

import org.jspecify.annotations.NullMarked;
