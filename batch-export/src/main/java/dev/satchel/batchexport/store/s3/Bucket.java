package dev.satchel.batchexport.store.s3;

import java.util.regex.Pattern;

/**
 * A bucket with an optional prefix.
 *
 * @param prefix the common start of the keys of all objects, without {@code /} at either end; may be empty
 */
public record Bucket(String name, String prefix) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]");
    private static final Pattern PREFIX =
            Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?");

    /**
     * Validates name and prefix.
     *
     * @throws IllegalArgumentException if the name or the prefix is malformed; the message says what is allowed
     */
    public Bucket {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the name of a bucket has 3 to 63 letters, digits, '.', '_' and"
                    + " '-', with a letter or digit at both ends");
        }
        if (prefix.length() > 200 || !PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("a prefix has at most 200 letters, digits, '.', '_' and '-', with"
                    + " '/' between parts that do not begin with '.'");
        }
    }

    /** The address of the bucket, such as {@code s3://bucket/prefix}. */
    @Override
    public String toString() {
        return "s3://" + name + (prefix.isEmpty() ? "" : "/" + prefix);
    }
}
