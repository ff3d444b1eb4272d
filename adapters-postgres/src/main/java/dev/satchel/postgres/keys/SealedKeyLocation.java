package dev.satchel.postgres.keys;

import dev.satchel.UserId;
import dev.satchel.keys.Provider;
import dev.satchel.keys.encryption.AssociatedData;
import java.util.UUID;

/** The location that a sealed key is bound to. In another location it does not open. */
record SealedKeyLocation(UUID row, UserId user, Provider provider) {

    private static final String FORMAT = "dk1";
    private static final String TABLE = "public.user_api_keys";

    /** The associated data: table, column, row, user, provider and the version of the format. */
    byte[] associatedData() {
        return AssociatedData.of(
                AssociatedData.text(TABLE),
                AssociatedData.text(provider.column()),
                AssociatedData.bytes(row),
                AssociatedData.bytes(user.value()),
                AssociatedData.text(provider.code()),
                AssociatedData.text(FORMAT));
    }
}
