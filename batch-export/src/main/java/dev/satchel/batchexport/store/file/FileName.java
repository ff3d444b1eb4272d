package dev.satchel.batchexport.store.file;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * The name of a file inside of a store: parts of ASCII letters, digits, {@code .}, {@code _} and {@code -} with {@code
 * /} between them, none of which begins with a dot. It is valid in a bucket, a path and a URI without escaping, and
 * cannot lead out of the store.
 */
public record FileName(String value) {

    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    /** The limit of S3 for keys, 1,024 bytes, less space for the prefix. */
    private static final int LONGEST = 800;

    public FileName {
        if (value.length() > LONGEST || !PLAIN.matcher(value).matches()) {
            throw new IllegalArgumentException("'" + value + "' is not a name for a file: expected letters, digits, "
                    + "'.', '_' and '-', with '/' between parts that do not begin with '.'");
        }
    }

    /**
     * The name of the file at that location.
     *
     * @param root the root of the store, ending in {@code /}
     * @throws IllegalArgumentException if the location is not inside the store
     */
    public static FileName at(URI location, String root) {
        String text = location.toString();
        String name = text.startsWith(root) ? text.substring(root.length()) : "";
        if (!PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + location + "' is not in the store " + root);
        }
        return new FileName(name);
    }

    /** Whether the file lies in a folder of the store rather than directly in it. */
    public boolean hasFolder() {
        return value.indexOf('/') >= 0;
    }
}
