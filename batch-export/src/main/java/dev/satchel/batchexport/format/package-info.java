/**
 * File formats. {@link dev.satchel.batchexport.format.StandardFileFormats} chooses the writer for a request. A writer
 * encodes each value when it receives it, and buffers one record at most. The output does not depend on the JVM's time
 * zone or locale.
 */
@NullMarked
package dev.satchel.batchexport.format;

import org.jspecify.annotations.NullMarked;
