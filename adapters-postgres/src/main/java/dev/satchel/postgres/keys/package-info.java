/**
 * The vault in PostgreSQL. {@code DataKey} seals and opens a key, and {@code SealedKeyLocation} is the location that
 * it is bound to.
 */
@NullMarked
package dev.satchel.postgres.keys;

import org.jspecify.annotations.NullMarked;
