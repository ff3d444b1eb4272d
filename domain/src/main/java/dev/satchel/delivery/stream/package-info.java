/** Streams that the bytes of a file pass on their way to the store. */
@NullMarked
package dev.satchel.delivery.stream;

import org.jspecify.annotations.NullMarked;
