/**
 * A ZIP of one CSV file per dataset, a manifest and a README.
 */
@NullMarked
package dev.satchel.batchexport.format.zip;

import org.jspecify.annotations.NullMarked;
