package dev.satchel.batchexport.terminal;

import ch.qos.logback.core.PropertyDefinerBase;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The log level for {@code logback.xml}: the setting {@code SATCHEL_LOG_LEVEL}, or {@code INFO} if it is not set or
 * unknown. Logback itself would read an unknown level as {@code DEBUG}.
 */
public final class LogLevel extends PropertyDefinerBase {

    /** The name of the setting. */
    public static final String SETTING = "SATCHEL_LOG_LEVEL";

    /** The allowed values, for error messages. */
    public static final String EXPECTED = "TRACE, DEBUG, INFO, WARN, ERROR or OFF";

    private static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    /** Whether the setting names a level, or is empty or not set. */
    public static boolean isKnown(@Nullable String level) {
        return level == null || level.isBlank() || LEVELS.contains(level.toUpperCase(Locale.ROOT));
    }

    @Override
    public String getPropertyValue() {
        String property = System.getProperty("satchel.log-level");
        String level = property == null || property.isBlank() ? System.getenv(SETTING) : property;
        return level == null || level.isBlank() || !isKnown(level) ? "INFO" : level.toUpperCase(Locale.ROOT);
    }
}
