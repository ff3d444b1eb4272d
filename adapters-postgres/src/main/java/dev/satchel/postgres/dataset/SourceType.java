package dev.satchel.postgres.dataset;

import dev.satchel.record.Column;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The types that a file of datasets may give a column, and how such a column is read.
 *
 * <p>A type that {@code BinaryCopyDecoder} decodes is read as it is; other types are cast to one of those. The decoder is
 * told no types, so a column that {@link #reads} does not allow must not be read: its bytes would become another value.
 */
public enum SourceType {
    BOOLEAN(Column.Type.BOOLEAN, "%s", "bool"),
    INTEGER(Column.Type.INTEGER, "%s", "int2", "int4", "int8"),
    /** The cast is none for a numeric, and exact for an integer. */
    NUMERIC(Column.Type.DECIMAL, "%s::pg_catalog.numeric", "numeric"),
    /** Cast through its shortest exact text, because a direct cast to numeric rounds to 15 digits. */
    FLOAT(Column.Type.DECIMAL, "%s::pg_catalog.text::pg_catalog.numeric", "float4", "float8"),
    UUID(Column.Type.UUID, "%s", "uuid"),
    /** The text that PostgreSQL prints, for all types that are not listed here. */
    TEXT(Column.Type.TEXT, "%s::pg_catalog.text"),
    JSON(Column.Type.JSON, "%s", "json", "jsonb"),
    /** Arrays and composite values, converted to JSON. */
    ARRAY(Column.Type.JSON, "pg_catalog.to_jsonb(%s)"),
    TIMESTAMPTZ(Column.Type.INSTANT, "%s", "timestamptz"),
    /** A timestamp without time zone: ISO 8601 without an offset, independent of the session's DateStyle. */
    TIMESTAMP(Column.Type.TEXT, "(pg_catalog.to_jsonb(%s) OPERATOR(pg_catalog.#>>) '{}')", "timestamp"),
    DATE(Column.Type.DATE, "%s", "date"),
    /** Base64 without line breaks. */
    BYTEA(Column.Type.TEXT, "pg_catalog.replace(pg_catalog.encode(%s, 'base64'), pg_catalog.chr(10), '')", "bytea"),
    /** A single address without the netmask length, which a cast to text would append. */
    INET(Column.Type.TEXT, "pg_catalog.abbrev(%s)", "inet");

    private final Column.Type type;
    private final String expression;
    /** An immutable set, which the declared type does not express. */
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

    /** A type of PostgreSQL that this type reads. */
    String sql() {
        return this == ARRAY ? "jsonb" : code();
    }

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The SQL expression that reads the result of {@code expression}, whose type only PostgreSQL knows. */
    String readComputed(String expression) {
        String value = "(" + expression + ")";
        return switch (this) {
            case BOOLEAN -> value + "::pg_catalog.bool";
            case INTEGER -> value + "::pg_catalog.int8";
            case UUID -> value + "::pg_catalog.uuid";
            case JSON -> value + "::pg_catalog.json";
            case TIMESTAMPTZ -> value + "::pg_catalog.timestamptz";
            case DATE -> value + "::pg_catalog.date";
            case NUMERIC, FLOAT, TEXT, ARRAY, TIMESTAMP, BYTEA, INET -> read(value);
        };
    }

    /** The SQL expression that reads {@code value}. */
    String read(String value) {
        return expression.replace("%s", value);
    }

    /**
     * The SQL expression that reads {@code value}, which has that type. Json inside of an array or a composite value stays as
     * it was written, as a column of json does: jsonb cannot hold the escape of the character NUL. A network is written in
     * full, because the short form of 10.1.0.0/16 is 10.1/16, which few programs read.
     */
    String read(String value, LiveType of) {
        if (this == ARRAY && of.mayHoldJson()) {
            return "pg_catalog.to_json(" + value + ")";
        }
        return this == INET && of.isNetwork() ? TEXT.read(value) : read(value);
    }

    /**
     * The SQL expression that {@code value}, which was read, has in the hash of its record: one type of PostgreSQL for each
     * type of a file, whatever the width or domain of the column.
     */
    String hashed(String value) {
        return switch (type) {
            case BOOLEAN -> value + "::pg_catalog.bool";
            case INTEGER -> value + "::pg_catalog.int8";
            case DECIMAL, TEXT -> value + "::pg_catalog.text";
            case UUID -> value + "::pg_catalog.uuid";
            // As in a JSON file: 'null' is no value, and line breaks between tokens are spaces.
            case JSON ->
                "NULLIF(pg_catalog.btrim(pg_catalog.replace(pg_catalog.replace(" + value
                        + "::pg_catalog.text, E'\\n', ' '), E'\\r', ' '), E' \\t'), 'null')";
            case INSTANT -> value + "::pg_catalog.timestamptz";
            case DATE -> value + "::pg_catalog.date";
        };
    }

    /** Whether a column with that type of PostgreSQL can be read as this type, without a change of its values. */
    public boolean reads(LiveType of) {
        return switch (this) {
            case TEXT, ARRAY -> true;
            case NUMERIC -> live.contains(of.base()) || INTEGER.reads(of);
            case FLOAT -> live.contains(of.base()) || NUMERIC.reads(of);
            case TIMESTAMP -> live.contains(of.base()) || TIMESTAMPTZ.reads(of) || DATE.reads(of);
            case INET -> live.contains(of.base()) || of.base().equals("cidr");
            case BOOLEAN, INTEGER, UUID, JSON, TIMESTAMPTZ, DATE, BYTEA -> live.contains(of.base());
        };
    }

    /** The best type for a column with that type of PostgreSQL. */
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

    /** The names, separated by commas. */
    static String names() {
        return Arrays.stream(values()).map(SourceType::code).collect(Collectors.joining(", "));
    }
}
