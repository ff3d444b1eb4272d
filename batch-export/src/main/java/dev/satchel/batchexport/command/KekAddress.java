package dev.satchel.batchexport.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the key-encryption keys are, as {@code SATCHEL_KEK} says it. */
record KekAddress(Path file) {

    static final String EXPECTED = "expected file:/path, which 'satchel keys init' makes";

    /** @throws IllegalArgumentException if it is missing or malformed; the message says what is allowed */
    static KekAddress parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("SATCHEL_KEK is not set: " + EXPECTED);
        }
        // The text is not repeated: somebody may have set the key itself.
        if (!text.startsWith("file:/") || text.endsWith("/")) {
            throw new IllegalArgumentException("SATCHEL_KEK is malformed: " + EXPECTED);
        }
        try {
            return new KekAddress(Path.of(text.substring("file:".length()).replaceFirst("^/+", "/")));
        } catch (InvalidPathException malformed) {
            throw new IllegalArgumentException("SATCHEL_KEK is malformed: " + EXPECTED, malformed);
        }
    }
}
