package dev.satchel.record.filter;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The days that an export is limited to, first and last included, in the time zone {@code zone}.
 *
 * <p>As instants the period is half-open: it includes the start of {@code from} and excludes the start of the day
 * after {@code to}. So the last day is complete, and two adjoining periods share no record.
 *
 * @param from the first day; null for a period without a beginning
 * @param to the last day; null for a period without an end
 * @param zone a region such as Europe/Madrid, or UTC; every spelling of UTC becomes {@link ZoneOffset#UTC}
 * @param isZoneStated whether the request names the zone, which is UTC otherwise
 */
public record Period(@Nullable LocalDate from, @Nullable LocalDate to, ZoneId zone, boolean isZoneStated) {

    /** The years that a date filter may use: PostgreSQL and Java read each of them in the same way. */
    private static final int FIRST_YEAR = 1;

    private static final int LAST_YEAR = 9999;

    /**
     * The names of regions. The constraint of {@code satchel.user_zone} in the database has the same pattern, and
     * allows UTC besides.
     */
    public static final Pattern REGION = Pattern.compile("(?!Etc/|SystemV/)[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]*)+");

    public Period {
        if (from == null && to == null) {
            throw new IllegalArgumentException("a period needs a first day (from), a last day (to), or both");
        }
        if (from != null && to != null && to.isBefore(from)) {
            throw new IllegalArgumentException("the last day (to) " + to + " is before the first (from) " + from);
        }
        checkYear("from", from);
        checkYear("to", to);
        zone = canonical(zone);
        if (!isZoneStated && !zone.equals(ZoneOffset.UTC)) {
            throw new IllegalArgumentException("days are those of UTC unless a zone is stated");
        }
    }

    /** Days in a zone that the request names. */
    public Period(@Nullable LocalDate from, @Nullable LocalDate to, ZoneId zone) {
        this(from, to, zone, true);
    }

    /** Days in UTC, because the request names no zone. */
    public static Period withoutZone(@Nullable LocalDate from, @Nullable LocalDate to) {
        return new Period(from, to, ZoneOffset.UTC, false);
    }

    /** The zone that the request names, in which its reader wants to see times, too. */
    public Optional<ZoneId> statedZone() {
        return isZoneStated ? Optional.of(zone) : Optional.empty();
    }

    private static ZoneId canonical(ZoneId zone) {
        return zone.normalized().equals(ZoneOffset.UTC) ? ZoneOffset.UTC : zone(zone.getId());
    }

    /**
     * The zone of that name: a region that Java knows, or UTC.
     *
     * @throws IllegalArgumentException for anything else; this includes abbreviations and offsets, because PostgreSQL
     *     reads the sign of an offset the other way round and some abbreviations without daylight saving
     */
    public static ZoneId zone(String name) {
        if (name.equals("UTC")) {
            return ZoneOffset.UTC;
        }
        if (!REGION.matcher(name).matches() || !ZoneId.getAvailableZoneIds().contains(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not a time zone: expected an IANA name such as Europe/Madrid, or UTC");
        }
        return ZoneId.of(name);
    }

    private static void checkYear(String name, @Nullable LocalDate day) {
        if (day != null && (day.getYear() < FIRST_YEAR || day.getYear() > LAST_YEAR)) {
            throw new IllegalArgumentException("'" + day + "' is out of range for '" + name + "': expected a year from "
                    + FIRST_YEAR + " to " + LAST_YEAR);
        }
    }

    /** The first instant of the period; empty if the period has no beginning. */
    public Optional<Instant> start() {
        return Optional.ofNullable(from).map(day -> day.atStartOfDay(zone).toInstant());
    }

    /** The first instant after the period; empty if the period has no end. */
    public Optional<Instant> end() {
        return Optional.ofNullable(to)
                .map(day -> day.plusDays(1).atStartOfDay(zone).toInstant());
    }
}
