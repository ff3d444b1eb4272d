/**
 * What the exceptions of PostgreSQL and of the stores mean for an export, and the wait for a database that is away when a
 * watch begins.
 */
@NullMarked
package dev.satchel.batchexport.run.failure;

import org.jspecify.annotations.NullMarked;
