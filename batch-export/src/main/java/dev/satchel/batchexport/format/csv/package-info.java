/**
 * CSV according to RFC 4180, with protection against CSV injection.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>
 */
@NullMarked
package dev.satchel.batchexport.format.csv;

import org.jspecify.annotations.NullMarked;
