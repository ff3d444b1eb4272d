package dev.satchel.keys;

/** What is known about a key. */
public enum Validity {
    /** The provider accepted it when it last said anything about it. */
    VALID,
    /** The provider said that there is no such key, or no longer. */
    INVALID,
    /** The provider has said nothing about it yet. */
    UNKNOWN
}
