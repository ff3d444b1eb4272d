/**
 * What makes an archive checkable by programs that do not know Satchel: the tag files of a BagIt bag (RFC 8493) and the
 * descriptor of a Frictionless data package.
 */
@NullMarked
package dev.satchel.batchexport.format.archive.bag;

import org.jspecify.annotations.NullMarked;
