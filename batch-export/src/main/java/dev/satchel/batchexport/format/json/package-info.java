/**
 * JSON, JSON Lines, and the manifest that says what a file holds.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
@NullMarked
package dev.satchel.batchexport.format.json;

import org.jspecify.annotations.NullMarked;
