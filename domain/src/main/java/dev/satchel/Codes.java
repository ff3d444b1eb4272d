package dev.satchel;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds a constant of a closed set by its code: the name that users type and tables store. */
public final class Codes {

    private Codes() {}

    public static <T> T find(String what, String key, T[] all, Function<T, String> nameOf) {
        return Arrays.stream(all)
                .filter(candidate -> nameOf.apply(candidate).equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown " + what + " '" + key + "': expected one of "
                        + Arrays.stream(all).map(nameOf).collect(Collectors.joining(", "))));
    }
}
