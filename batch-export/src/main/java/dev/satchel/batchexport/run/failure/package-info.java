/**
 * What the exceptions of PostgreSQL and of the stores mean for an export.
 */
@NullMarked
package dev.satchel.batchexport.run.failure;

import org.jspecify.annotations.NullMarked;
