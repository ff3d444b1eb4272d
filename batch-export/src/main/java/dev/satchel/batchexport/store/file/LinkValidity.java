package dev.satchel.batchexport.store.file;

import java.time.Duration;

/** How long a link to a file may live: it is a secret that anybody who sees it can use. */
public final class LinkValidity {

    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private LinkValidity() {}

    /**
     * The validity in whole seconds, which is what a signature can hold; at least one.
     *
     * @throws IllegalArgumentException if it is not positive or longer than 15 minutes
     */
    public static Duration checked(Duration validity) {
        if (validity.isZero() || validity.isNegative() || validity.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "a link may live for " + LONGEST.toMinutes() + " minutes at most and not " + validity);
        }
        return validity.compareTo(SECOND) < 0 ? SECOND : Duration.ofSeconds(validity.toSeconds());
    }
}
