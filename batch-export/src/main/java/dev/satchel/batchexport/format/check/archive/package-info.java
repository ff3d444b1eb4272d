/**
 * Verifies an archive from its own bytes: the ZIP, the bag, the manifest, and the hash of each dataset's records that
 * PostgreSQL computed. {@link dev.satchel.batchexport.format.check.archive.ArchiveVerification} needs neither a database nor
 * a setting. What it cannot find is a file whose manifests were all written again by somebody who knows how: nothing in an
 * archive is signed. That is found by comparing with the row of the export.
 */
@NullMarked
package dev.satchel.batchexport.format.check.archive;

import org.jspecify.annotations.NullMarked;
