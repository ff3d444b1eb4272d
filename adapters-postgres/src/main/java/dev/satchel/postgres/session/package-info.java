/**
 * The settings with which Satchel's statements run.
 */
@NullMarked
package dev.satchel.postgres.session;

import org.jspecify.annotations.NullMarked;
