package dev.satchel.batchexport.terminal;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The log level: the setting {@code SATCHEL_LOG_LEVEL}, or {@code INFO} if it is not set or
 * unknown. Logback itself would read an unknown level as {@code DEBUG}.
 */
public final class LogLevel {

    /** The name of the setting. */
    public static final String SETTING = "SATCHEL_LOG_LEVEL";

    /** The allowed values, for error messages. */
    public static final String EXPECTED = "TRACE, DEBUG, INFO, WARN, ERROR or OFF";

    private static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private LogLevel() {}

    /** Whether the setting names a level, or is empty or not set. */
    public static boolean isKnown(@Nullable String level) {
        return level == null || level.isBlank() || LEVELS.contains(level.toUpperCase(Locale.ROOT));
    }

    /** The level that is set, or its default. */
    public static String chosen() {
        String property = System.getProperty("satchel.log-level");
        String level = property == null || property.isBlank() ? System.getenv(SETTING) : property;
        return level == null || level.isBlank() || !isKnown(level) ? "INFO" : level.toUpperCase(Locale.ROOT);
    }
}
