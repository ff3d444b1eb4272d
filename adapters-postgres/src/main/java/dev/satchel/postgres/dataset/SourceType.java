package dev.satchel.postgres.dataset;

import dev.satchel.record.Column;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a file of datasets may call the type of a column, and how the column is read.
 *
 * <p>A type that {@code BinaryCopyDecoder} knows is read as it is; every other is turned into one that it knows.
 */
public enum SourceType {
    BOOLEAN(Column.Type.BOOLEAN, "%s", "bool"),
    INTEGER(Column.Type.INTEGER, "%s", "int2", "int4", "int8"),
    NUMERIC(Column.Type.DECIMAL, "%s", "numeric"),
    /** By way of its shortest exact text: a cast to numeric rounds to 15 digits. */
    FLOAT(Column.Type.DECIMAL, "%s::pg_catalog.text::pg_catalog.numeric", "float4", "float8"),
    UUID(Column.Type.UUID, "%s", "uuid"),
    /** What PostgreSQL prints, for every type that has no better name here. */
    TEXT(Column.Type.TEXT, "%s::pg_catalog.text"),
    JSON(Column.Type.JSON, "%s", "json", "jsonb"),
    /** Arrays and composite values, as JSON. */
    ARRAY(Column.Type.JSON, "pg_catalog.to_jsonb(%s)"),
    TIMESTAMPTZ(Column.Type.INSTANT, "%s", "timestamptz"),
    /** Without a zone, so that it is no moment: ISO-8601 without an offset, whatever the session's DateStyle. */
    TIMESTAMP(Column.Type.TEXT, "(pg_catalog.to_jsonb(%s) OPERATOR(pg_catalog.#>>) '{}')", "timestamp"),
    DATE(Column.Type.DATE, "%s", "date"),
    /** Base64 in one line. */
    BYTEA(Column.Type.TEXT, "pg_catalog.replace(pg_catalog.encode(%s, 'base64'), pg_catalog.chr(10), '')", "bytea"),
    /** A single address without its length of network, which a cast would append. */
    INET(Column.Type.TEXT, "pg_catalog.abbrev(%s)", "inet");

    private final Column.Type type;
    private final String expression;
    /** Unchangeable, which the type does not say. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Set<String> live;

    SourceType(Column.Type type, String expression, String... live) {
        this.type = type;
        this.expression = expression;
        this.live = Set.of(live);
    }

    /** The type of the values in a file. */
    Column.Type type() {
        return type;
    }

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what is a value of this type. */
    String read(String value) {
        return expression.replace("%s", value);
    }

    /** Whether a column of that type of PostgreSQL can be read as this. */
    public boolean reads(LiveType of) {
        return switch (this) {
            case TEXT -> true;
            case ARRAY -> of.isArray() || of.isComposite() || JSON.live.contains(of.base());
            default -> !of.isArray() && live.contains(of.base());
        };
    }

    /** What a column of that type of PostgreSQL is best read as. */
    public static SourceType of(LiveType live) {
        if (live.isArray() || live.isComposite()) {
            return ARRAY;
        }
        return Arrays.stream(values())
                .filter(type -> type.live.contains(live.base()))
                .findFirst()
                .orElse(TEXT);
    }

    static Optional<SourceType> find(String code) {
        return Arrays.stream(values()).filter(type -> type.code().equals(code)).findFirst();
    }

    /** The names, for a sentence. */
    static String names() {
        return Arrays.stream(values()).map(SourceType::code).collect(Collectors.joining(", "));
    }

    /**
     * A type of a column of the database.
     *
     * @param base its name, of a domain the one of what it is based on
     */
    public record LiveType(String base, boolean isArray, boolean isComposite) {}
}
