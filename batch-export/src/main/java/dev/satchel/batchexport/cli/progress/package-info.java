/**
 * Commands for progress: show and reconcile.
 */
@NullMarked
package dev.satchel.batchexport.cli.progress;

import org.jspecify.annotations.NullMarked;
