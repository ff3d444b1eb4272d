package dev.satchel.keys;

/** Whether a key is known to work. */
public enum Validity {
    /** The provider's last certain answer was that it accepts the key. */
    VALID,
    /** The provider's last certain answer was that the key does not exist or was revoked. */
    INVALID,
    /** There is no certain answer yet. */
    UNKNOWN
}
