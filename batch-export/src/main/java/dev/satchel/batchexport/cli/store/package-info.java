/**
 * Commands for stores: initialize, list, forget.
 */
@NullMarked
package dev.satchel.batchexport.cli.store;

import org.jspecify.annotations.NullMarked;
