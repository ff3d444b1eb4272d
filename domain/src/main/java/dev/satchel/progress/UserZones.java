package dev.satchel.progress;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The zones that a user's days are counted in, each from a moment on: {@code satchel.user_zone}.
 *
 * @param since the zone that came into force at each moment; UTC is in force before the first
 */
public record UserZones(NavigableMap<Instant, ZoneId> since) {

    public static final UserZones UTC = new UserZones(Collections.emptyNavigableMap());

    public UserZones {
        since = Collections.unmodifiableNavigableMap(new TreeMap<>((Map<Instant, ZoneId>) since));
    }

    /** These zones, with another in force from {@code moment} until the next. */
    public UserZones with(Instant moment, ZoneId zone) {
        NavigableMap<Instant, ZoneId> more = new TreeMap<>(since);
        more.put(moment, zone);
        return new UserZones(more);
    }

    /** The day of a moment, in the zone then in force. */
    public LocalDate day(Instant moment) {
        Map.Entry<Instant, ZoneId> inForce = since.floorEntry(moment);
        ZoneId zone = inForce == null ? ZoneOffset.UTC : inForce.getValue();
        return LocalDate.ofInstant(moment, zone);
    }
}
