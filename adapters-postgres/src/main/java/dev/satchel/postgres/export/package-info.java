/**
 * The history of exports, their files and their stores, in PostgreSQL.
 */
@NullMarked
package dev.satchel.postgres.export;

import org.jspecify.annotations.NullMarked;
