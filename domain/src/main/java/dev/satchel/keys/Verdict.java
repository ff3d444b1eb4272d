package dev.satchel.keys;

import java.time.Duration;

/**
 * The result of asking a provider about a key: valid, invalid, or unknown if the answer is not certain.
 *
 * <p>A reason is a sentence of Satchel with at most {@value #MAX_REASON} characters. It never holds text of the
 * provider, because some providers repeat the key.
 */
public sealed interface Verdict {

    int MAX_REASON = 200;

    /** The validity that this verdict proves. */
    Validity validity();

    /** The provider accepted the key. */
    record Valid() implements Verdict {
        @Override
        public Validity validity() {
            return Validity.VALID;
        }
    }

    /** The provider said that the key does not exist or was revoked. */
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
     * Nothing was proved: the provider could not be reached, was busy, or gave another answer.
     *
     * @param retryAfter how long to wait before asking the provider again, about any key; zero if the answer concerns
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
