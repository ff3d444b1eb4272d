package dev.satchel.batchexport.database;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.PGProperty;

/**
 * Validates the parameters of a jdbc: URL. The driver itself replaces some malformed values by the default, and
 * repeats others in its error messages.
 */
final class DriverProperty {

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,10}([.][0-9]+)?");
    private static final Set<String> BOOLEANS = Set.of("true", "false");

    private DriverProperty() {}

    /** @throws IllegalArgumentException if the value does not fit the property; the message says what is allowed */
    static void check(PGProperty property, String source, String value) {
        switch (property) {
            case SERVICE ->
                throw new IllegalArgumentException(source + " cannot be honoured: Satchel reads no service file; write"
                        + " what it says into " + DatabaseUrl.SETTING);
            case SSL -> {
                if (!value.isEmpty()) {
                    mustBe(BOOLEANS.contains(value.toLowerCase(Locale.ROOT)), source, "true or false");
                }
            }
            case REQUIRE_AUTH -> {}
            default -> checkKind(property, source, value);
        }
    }

    private static void checkKind(PGProperty property, String source, String value) {
        String otherwise = String.valueOf(property.getDefaultValue());
        String[] choices = property.getChoices();
        if (choices != null) {
            mustBe(
                    Arrays.stream(choices).anyMatch(value::equalsIgnoreCase),
                    source,
                    "one of " + String.join(", ", choices));
        } else if (BOOLEANS.contains(otherwise)) {
            mustBe(BOOLEANS.contains(value.toLowerCase(Locale.ROOT)), source, "true or false");
        } else if (NUMBER.matcher(otherwise).matches() && property != PGProperty.PG_PORT) {
            mustBe(NUMBER.matcher(value).matches(), source, "a number");
        }
    }

    private static void mustBe(boolean is, String source, String allowed) {
        if (!is) {
            throw new IllegalArgumentException(source + " must be " + allowed);
        }
    }

    /** The property whose name differs from {@code name} only in case or underscores. */
    static Optional<String> meantBy(String name) {
        return Arrays.stream(PGProperty.values())
                .map(PGProperty::getName)
                .filter(known -> plain(known).equals(plain(name)))
                .findFirst();
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
