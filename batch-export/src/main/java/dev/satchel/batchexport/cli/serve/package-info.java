/** The command {@code serve}. */
@NullMarked
package dev.satchel.batchexport.cli.serve;

import org.jspecify.annotations.NullMarked;
