/**
 * Commands for the database's schema: migrate, verify, roll back, and print it as TypeScript types or a diagram.
 */
@NullMarked
package dev.satchel.batchexport.cli.schema;

import org.jspecify.annotations.NullMarked;
