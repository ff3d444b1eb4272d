/** What Satchel is compared with: other ways to read the same rows with the same query as the same role. */
@NullMarked
package dev.satchel.batchexport.bench.export.peer;

import org.jspecify.annotations.NullMarked;
