package dev.satchel.record;

/**
 * One column of a dataset.
 *
 * @param type the type of its values, which decides the method of {@link RecordSink} that receives them ({@code
 *     missing} and {@code nonFinite} are possible for every type)
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
