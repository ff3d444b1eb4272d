/** The option {@code --metrics-file} of the commands that a schedule starts, and what they write there. */
@NullMarked
package dev.satchel.batchexport.cli.metrics;

import org.jspecify.annotations.NullMarked;
