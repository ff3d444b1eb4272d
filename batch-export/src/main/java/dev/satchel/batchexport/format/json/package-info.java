/**
 * JSON, JSON Lines, and the manifest of a file.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
@NullMarked
package dev.satchel.batchexport.format.json;

import org.jspecify.annotations.NullMarked;
