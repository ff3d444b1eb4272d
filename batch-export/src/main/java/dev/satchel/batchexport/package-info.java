/**
 * The program: what an operator types, and what runs at night.
 *
 * <p>{@code cli} reads the command line and prints; {@code run} holds the Spring Batch jobs around the domain's use cases;
 * {@code format} and {@code store} are the files and where they go; {@code schema} migrates a database, {@code database}
 * connects to one, {@code settings} reads what is configured, and {@code terminal} makes harmless what is printed. The
 * domain's ports over PostgreSQL come from {@code dev.satchel.postgres}.
 */
@NullMarked
package dev.satchel.batchexport;

import org.jspecify.annotations.NullMarked;
