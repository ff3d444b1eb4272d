package dev.satchel.batchexport.terminal;

import dev.satchel.UserId;
import java.util.UUID;

/** Parses ids in arguments. Malformed ids throw a {@link UsageException}. */
public final class Ids {

    private Ids() {}

    public static UserId user(String text) {
        return new UserId(uuid("user id", text));
    }

    public static UUID export(String text) {
        return uuid("export id", text);
    }

    private static UUID uuid(String what, String text) {
        try {
            return UserId.uuid(what, text);
        } catch (IllegalArgumentException malformed) {
            throw new UsageException(malformed.getMessage());
        }
    }
}
