/**
 * What every session of Satchel with PostgreSQL sets before its first statement.
 */
@NullMarked
package dev.satchel.postgres.session;

import org.jspecify.annotations.NullMarked;
