package dev.satchel;

import java.util.UUID;
import java.util.regex.Pattern;

/** The id of a user of the application: {@code users.id}, which row security compares with {@code auth.uid()}. */
public record UserId(UUID value) {

    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    /**
     * Reads the canonical text of a UUID.
     *
     * @throws IllegalArgumentException if the text is anything else; {@link UUID#fromString} also takes shortened
     *     groups, which would name a user nobody meant
     */
    public static UserId parse(String text) {
        return new UserId(uuid("user id", text));
    }

    /**
     * Reads the canonical text of a UUID that is called {@code what} in the error.
     *
     * @throws IllegalArgumentException if the text is no UUID of the form 8-4-4-4-12
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
