package dev.satchel.batchexport.serve;

import dev.satchel.batchexport.serve.schedule.CronTicks;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When {@code satchel serve} does what, and where it says how it is. A job whose expression is {@code -} is off.
 *
 * @param exports {@code watch} to deliver all day, or when to deliver what waits
 * @param cleanup when to clean up
 * @param keys when to ask the providers about the keys that are due; hourly where it is said where the key-encryption keys
 *     are, otherwise off
 * @param streaks when to end broken streaks; a user's day ends in the user's zone
 * @param zone the zone of the expressions
 * @param management the address of health and metrics, or {@code -} for none
 */
public record ServeSettings(
        @DefaultValue("watch") String exports,
        @DefaultValue("0 17 * * * *") String cleanup,
        @Nullable String keys,
        @DefaultValue("0 5 * * * *") String streaks,
        @DefaultValue("UTC") String zone,
        @DefaultValue("127.0.0.1:8081") String management) {

    /** What switches something off. */
    static final String OFF = "-";

    private static final String WATCH = "watch";
    private static final String HOURLY = "0 25 * * * *";
    private static final int MOST_PORTS = 65_535;

    public ServeSettings {
        ZoneId checked = zoneOf(zone);
        if (!exports.equals(WATCH)) {
            ticks("exports", exports, checked);
        }
        ticks("cleanup", cleanup, checked);
        ticks("streaks", streaks, checked);
        if (keys != null) {
            ticks("keys", keys, checked);
        }
        if (!management.equals(OFF)) {
            address(management);
        }
    }

    private static ZoneId zoneOf(String zone) {
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            throw new IllegalArgumentException("satchel.serve.zone is not a time zone: expected a name such as UTC or"
                    + " Europe/Berlin, was '" + zone + "'");
        }
    }

    private static Optional<CronTicks> ticks(String name, String expression, ZoneId zone) {
        if (expression.equals(OFF)) {
            return Optional.empty();
        }
        try {
            return Optional.of(CronTicks.parse(expression, zone));
        } catch (IllegalArgumentException refused) {
            // Without its cause: what is bound is explained by the innermost one.
            throw new IllegalArgumentException("satchel.serve." + name + " " + refused.getMessage()
                    + ", or '-' to switch it off; was '" + expression + "'");
        }
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, Math.max(colon, 0)).replaceFirst("^\\[(.*)]$", "$1");
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MOST_PORTS) {
            throw new IllegalArgumentException("satchel.serve.management must be HOST:PORT, such as 127.0.0.1:8081 for"
                    + " this machine and 0.0.0.0:8081 for all, or '-' for none, was '" + text + "'");
        }
        return new InetSocketAddress(host, Integer.parseInt(port));
    }

    /** Whether exports are delivered all day, and not at ticks. */
    public boolean isWatching() {
        return exports.equals(WATCH);
    }

    /** Whether anything is done that needs the store. */
    public boolean needsStore() {
        return !exports.equals(OFF) || !cleanup.equals(OFF);
    }

    Optional<CronTicks> exportTicks() {
        return isWatching() ? Optional.empty() : ticks("exports", exports, zoneOf(zone));
    }

    Optional<CronTicks> cleanUpTicks() {
        return ticks("cleanup", cleanup, zoneOf(zone));
    }

    /** The ticks of the check of keys, which the caller can only have where there are key-encryption keys. */
    Optional<CronTicks> keyTicks() {
        return ticks("keys", keys == null ? HOURLY : keys, zoneOf(zone));
    }

    /** Whether keys are checked. */
    public boolean checksKeys(boolean hasKek) {
        return keys == null ? hasKek : !keys.equals(OFF);
    }

    Optional<CronTicks> streakTicks() {
        return ticks("streaks", streaks, zoneOf(zone));
    }

    /** Where health and metrics are shown; empty for nowhere. */
    public Optional<InetSocketAddress> managementAddress() {
        return management.equals(OFF) ? Optional.empty() : Optional.of(address(management));
    }
}
