package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.core.PropertyDefinerBase;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The format of log lines for {@code logback.xml}: the setting {@code SATCHEL_LOG_FORMAT}, or {@code text} if it is not set
 * or unknown.
 */
public final class LogFormat extends PropertyDefinerBase {

    /** The name of the setting. */
    public static final String SETTING = "SATCHEL_LOG_FORMAT";

    /** The allowed values, for error messages. */
    public static final String EXPECTED = "text, ecs or logfmt";

    private static final String TEXT = "text";

    private static final List<String> FORMATS = List.of(TEXT, "ecs", "logfmt");

    /** Whether the setting names a format, or is empty or not set. */
    public static boolean isKnown(@Nullable String format) {
        return format == null || format.isBlank() || FORMATS.contains(format.toLowerCase(Locale.ROOT));
    }

    @Override
    public String getPropertyValue() {
        String property = System.getProperty("satchel.log-format");
        String format = property == null || property.isBlank() ? System.getenv(SETTING) : property;
        return format == null || format.isBlank() || !isKnown(format) ? TEXT : format.toLowerCase(Locale.ROOT);
    }
}
