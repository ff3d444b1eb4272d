/**
 * Exports: requests of users for their data, and their states.
 *
 * <p>{@link dev.satchel.export.Export} is one export in the state it has reached; {@link
 * dev.satchel.export.ExportHistory} moves it from state to state, under a lease with a fencing token. {@link
 * dev.satchel.export.ExportCatalog} lists exports.
 */
@NullMarked
package dev.satchel.export;

import org.jspecify.annotations.NullMarked;
