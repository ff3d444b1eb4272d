package dev.satchel.record;

/**
 * One column of a dataset.
 *
 * @param type which value calls of {@link RecordSink} may come for it, besides {@code missing} and {@code nonFinite}
 */
public record Column(String name, Type type) {

    /** The closed set of types that a file can hold. */
    public enum Type {
        BOOLEAN,
        INTEGER,
        DECIMAL,
        UUID,
        TEXT,
        JSON,
        INSTANT,
        DATE
    }
}
