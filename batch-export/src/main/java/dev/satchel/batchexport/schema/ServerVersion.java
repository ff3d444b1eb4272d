package dev.satchel.batchexport.schema;

import java.util.Map;

/**
 * Which PostgreSQL versions Satchel may run on.
 *
 * <p>Earlier ones of the same major version can apply a cached plan with the row security of another role.
 *
 * @param number as {@code server_version_num} says it: 170006 is 17.6
 */
record ServerVersion(int number) {

    private static final int OLDEST_MAJOR = 14;
    private static final int NEWEST_MAJOR = 18;
    private static final Map<Integer, Integer> FIRST_MINOR = Map.of(14, 19, 15, 14, 16, 10, 17, 6, 18, 0);

    /** Whether the catalog can be read at all. */
    boolean isKnown() {
        return major() >= OLDEST_MAJOR;
    }

    /** Whether Satchel was tried on it, so that it prints expressions as the contract has them. */
    boolean isTried() {
        return isKnown() && major() <= NEWEST_MAJOR;
    }

    Check check() {
        String subject = "server version";
        String expectation = "14.19, 15.14, 16.10, 17.6, 18.0 or a later minor version";
        if (major() > NEWEST_MAJOR) {
            return Check.warning(subject, expectation, this + ", which Satchel was never tried on");
        }
        Integer firstMinor = FIRST_MINOR.get(major());
        if (firstMinor == null || number % 10000 < firstMinor) {
            return new Check(subject, expectation, toString(), Check.Result.FAILED);
        }
        return Check.ok(subject, toString());
    }

    private int major() {
        return number / 10000;
    }

    @Override
    public String toString() {
        return major() + "." + number % 10000;
    }
}
