package dev.satchel.postgres.dataset;

import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoEra;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Literals for COPY, which takes no parameters.
 *
 * <p>Only types whose text cannot hold SQL are supported, none of them free text. {@link #literal} also checks the
 * characters.
 */
final class SqlLiteral {

    private static final Pattern HARMLESS = Pattern.compile("[0-9A-Za-z:. +-]+");

    private static final DateTimeFormatter DATE = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR_OF_ERA, 4, 9, SignStyle.NEVER)
            .appendPattern("-MM-dd")
            .toFormatter(Locale.ROOT);

    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DATE)
            .appendPattern(" HH:mm:ss.SSSSSS'+00'")
            .toFormatter(Locale.ROOT);

    private SqlLiteral() {}

    static String of(UUID value) {
        return literal("uuid", value.toString());
    }

    static String of(LocalDate value) {
        return literal("date", DATE.format(value) + era(value));
    }

    static String of(Instant value) {
        OffsetDateTime utc = value.atOffset(ZoneOffset.UTC);
        return literal("timestamptz", TIMESTAMP.format(utc) + era(utc.toLocalDate()));
    }

    static String of(Difficulty value) {
        return literal("text", value.code());
    }

    static String of(Phase value) {
        return literal("text", value.code());
    }

    private static String era(LocalDate value) {
        return value.getEra() == IsoEra.BCE ? " BC" : "";
    }

    // The only place where a value becomes part of a statement.
    private static String literal(String type, String text) {
        if (!HARMLESS.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' must not become part of a statement");
        }
        return "'" + text + "'::" + type;
    }
}
