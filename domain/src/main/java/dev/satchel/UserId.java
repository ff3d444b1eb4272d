package dev.satchel;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The id of a user of the application: the {@code id} of the users table, which row-level security compares with
 * {@code auth.uid()}.
 */
public record UserId(UUID value) {

    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    /**
     * Reads the canonical text of a UUID.
     *
     * @throws IllegalArgumentException if the text is anything else; {@link UUID#fromString} also accepts shortened
     *     groups, so that a typing error would name another user
     */
    public static UserId parse(String text) {
        return new UserId(uuid("user id", text));
    }

    /**
     * Reads the canonical text of a UUID. The error message calls it {@code what}.
     *
     * @throws IllegalArgumentException if the text is not a UUID of the form 8-4-4-4-12
     */
    public static UUID uuid(String what, String text) {
        if (!UUID_TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a valid " + what
                    + ": expected a UUID such as 123e4567-e89b-12d3-a456-426614174000");
        }
        return UUID.fromString(text);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
