/** The command that says whether Satchel is well. */
@NullMarked
package dev.satchel.batchexport.cli.doctor;

import org.jspecify.annotations.NullMarked;
