package dev.satchel.keys;

import java.time.Duration;

/**
 * What one question to a provider proved about a key: two answers that are certain, and everything else.
 *
 * <p>A reason is a sentence of our own, at most {@value #MAX_REASON} characters, never text from the provider: some of
 * them repeat the key.
 */
public sealed interface Verdict {

    int MAX_REASON = 200;

    /** What it proves. */
    Validity validity();

    /** The provider accepted the key. */
    record Valid() implements Verdict {
        @Override
        public Validity validity() {
            return Validity.VALID;
        }
    }

    /** The provider said that the key does not exist, or no longer. */
    record Invalid(String reason) implements Verdict {

        public Invalid {
            requireReason(reason);
        }

        @Override
        public Validity validity() {
            return Validity.INVALID;
        }
    }

    /**
     * Nothing was proved: the provider could not be reached, was busy, or spoke of something else.
     *
     * @param retryAfter how long the provider should be left alone, about other keys too; zero if the answer was about
     *     this key alone
     */
    record Unknown(String reason, Duration retryAfter) implements Verdict {

        public Unknown {
            requireReason(reason);
            if (retryAfter.isNegative()) {
                throw new IllegalArgumentException("retryAfter must not be negative, was " + retryAfter);
            }
        }

        @Override
        public Validity validity() {
            return Validity.UNKNOWN;
        }
    }

    private static void requireReason(String reason) {
        if (reason.isBlank() || reason.length() > MAX_REASON) {
            throw new IllegalArgumentException(
                    "a reason has 1 to " + MAX_REASON + " characters, was " + reason.length());
        }
    }
}
