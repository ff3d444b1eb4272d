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
 * The time zones in which a user's days are counted, each from a moment on: the rows of {@code satchel.user_zone}.
 *
 * @param since each zone by the moment from which it applies; before the first one, UTC applies
 */
public record UserZones(NavigableMap<Instant, ZoneId> since) {

    public static final UserZones UTC = new UserZones(Collections.emptyNavigableMap());

    public UserZones {
        since = Collections.unmodifiableNavigableMap(new TreeMap<>((Map<Instant, ZoneId>) since));
    }

    /** These zones and one more, which applies from {@code moment} until the next one. */
    public UserZones with(Instant moment, ZoneId zone) {
        NavigableMap<Instant, ZoneId> more = new TreeMap<>(since);
        more.put(moment, zone);
        return new UserZones(more);
    }

    /** The day of a moment in the zone that applies at that moment. */
    public LocalDate day(Instant moment) {
        Map.Entry<Instant, ZoneId> inForce = since.floorEntry(moment);
        ZoneId zone = inForce == null ? ZoneOffset.UTC : inForce.getValue();
        return LocalDate.ofInstant(moment, zone);
    }
}
