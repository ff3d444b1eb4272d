package dev.satchel.record;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One column of a dataset.
 *
 * @param type the type of its values, which decides the method of {@link RecordSink} that receives them ({@code
 *     missing} and {@code nonFinite} are possible for every type)
 * @param origin where its values come from; null if the file of datasets does not say
 */
public record Column(String name, Type type, @Nullable Origin origin) {

    /** A column whose origin is unknown. */
    public Column(String name, Type type) {
        this(name, type, null);
    }

    /** Where the values come from; empty if the file of datasets does not say. */
    public Optional<Origin> knownOrigin() {
        return Optional.ofNullable(origin);
    }

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

    /** Where values come from, as the General Data Protection Regulation tells personal data apart. */
    public enum Origin {
        /** The person entered or chose them. */
        PROVIDED,
        /** The application recorded them while the person used it. */
        OBSERVED,
        /** The application worked them out or made them, such as scores, totals and generated texts. */
        DERIVED;

        /** The text in files. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
