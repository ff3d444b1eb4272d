/**
 * Exports: a user asks for their data, and the history says what became of it.
 *
 * <p>{@link dev.satchel.export.Export} is one export in the state it has reached; {@link dev.satchel.export.ExportHistory}
 * moves it from state to state, fenced by a lease. {@link dev.satchel.export.ExportCatalog} lists exports for people.
 */
@NullMarked
package dev.satchel.export;

import org.jspecify.annotations.NullMarked;
