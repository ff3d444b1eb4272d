/** The command {@code report}. */
@NullMarked
package dev.satchel.batchexport.cli.report;

import org.jspecify.annotations.NullMarked;
