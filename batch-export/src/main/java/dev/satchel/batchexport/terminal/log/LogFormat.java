package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The format of log lines: the setting {@code SATCHEL_LOG_FORMAT}, or {@code text} if it is not set or unknown. */
public final class LogFormat {

    /** The name of the setting. */
    public static final String SETTING = "SATCHEL_LOG_FORMAT";

    /** The allowed values, for error messages. */
    public static final String EXPECTED = "text, ecs or logfmt";

    private static final List<String> FORMATS = List.of("text", "ecs", "logfmt");

    private LogFormat() {}

    /** Whether the setting names a format, or is empty or not set. */
    public static boolean isKnown(@Nullable String format) {
        return format == null || format.isBlank() || FORMATS.contains(format.toLowerCase(Locale.ROOT));
    }

    static Encoder<ILoggingEvent> chosen() {
        String property = System.getProperty("satchel.log-format");
        String format = property == null || property.isBlank() ? System.getenv(SETTING) : property;
        return switch (format == null ? "" : format.toLowerCase(Locale.ROOT)) {
            case "ecs" -> {
                VisibleEcsEncoder ecs = new VisibleEcsEncoder();
                ecs.setServiceName("satchel");
                yield ecs;
            }
            case "logfmt" -> new LogfmtEncoder();
            default -> new TextEncoder();
        };
    }
}
