/**
 * The vault in PostgreSQL. A sealed key is a row: {@code DataKey} seals and opens it, {@code SealedKeyLocation} says where
 * it stands, and nothing opens it elsewhere.
 */
@NullMarked
package dev.satchel.postgres.keys;

import org.jspecify.annotations.NullMarked;
