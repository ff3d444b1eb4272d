package dev.satchel.batchexport.store.file;

import java.time.Duration;

/** The validity of links to files. It is limited, because anyone who has a link can use it. */
public final class LinkValidity {

    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private LinkValidity() {}

    /**
     * The validity in whole seconds, the unit of a signature; at least one second.
     *
     * @throws IllegalArgumentException if it is not positive or longer than 15 minutes
     */
    public static Duration checked(Duration validity) {
        if (validity.isZero() || validity.isNegative() || validity.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "a link may be valid for at most " + LONGEST.toMinutes() + " minutes, was " + validity);
        }
        return validity.compareTo(SECOND) < 0 ? SECOND : Duration.ofSeconds(validity.toSeconds());
    }
}
