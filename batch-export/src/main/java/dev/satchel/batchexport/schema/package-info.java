/** What the program does to a schema: so far, migrate it. */
@NullMarked
package dev.satchel.batchexport.schema;

import org.jspecify.annotations.NullMarked;
