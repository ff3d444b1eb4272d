package dev.satchel.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Days and streaks in every zone there is, against an oracle that counts seconds and knows nothing of calendars. */
class DaysTest {

    private static final Instant FROM = Instant.parse("2009-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2015-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("2025-01-01T00:00:00Z");
    private static final int QUARTER = 15 * 60;
    private static final Map<ZoneId, Integer> STEPS = new HashMap<>();
    private static final Duration TICK = Duration.ofNanos(1);

    static Stream<ZoneId> zones() {
        return ZoneId.getAvailableZoneIds().stream().sorted().map(ZoneId::of);
    }

    /** The days from 1 January 1970 on the clocks of the zone. */
    private static long dayOf(Instant moment, ZoneId zone) {
        return Math.floorDiv(
                moment.getEpochSecond() + zone.getRules().getOffset(moment).getTotalSeconds(), 86_400L);
    }

    /** Every change of the clocks, and every local midnight of the two days before and after each. */
    private static List<Instant> edges(ZoneId zone) {
        List<Instant> edges = new ArrayList<>();
        ZoneRules rules = zone.getRules();
        ZoneOffsetTransition change = rules.nextTransition(FROM);
        while (change != null && change.getInstant().isBefore(TO)) {
            edges.addAll(midnights(change.getInstant(), zone));
            edges.add(change.getInstant());
            change = rules.nextTransition(change.getInstant());
        }
        edges.addAll(midnights(Instant.parse("2024-02-29T12:00:00Z"), zone));
        edges.addAll(midnights(Instant.parse("2023-02-28T12:00:00Z"), zone));
        edges.addAll(midnights(Instant.parse("2011-12-30T12:00:00Z"), zone));
        return edges;
    }

    // Offsets of these years are whole minutes, but not whole hours; clocks are changed at quarters of an hour, but at
    // one
    // minute past in some zones.
    private static int step(ZoneId zone) {
        ZoneRules rules = zone.getRules();
        boolean inQuarters = rules.getOffset(FROM).getTotalSeconds() % QUARTER == 0;
        ZoneOffsetTransition change = rules.nextTransition(FROM.minus(Duration.ofDays(30)));
        while (change != null && change.getInstant().isBefore(LAST)) {
            inQuarters &= change.getInstant().getEpochSecond() % QUARTER == 0
                    && change.getOffsetAfter().getTotalSeconds() % QUARTER == 0;
            change = rules.nextTransition(change.getInstant());
        }
        return inQuarters ? QUARTER : 60;
    }

    private static List<Instant> midnights(Instant around, ZoneId zone) {
        int step = STEPS.computeIfAbsent(zone, DaysTest::step);
        List<Instant> midnights = new ArrayList<>();
        long start = Math.floorDiv(around.getEpochSecond(), (long) step) * step - 3 * 86_400;
        long before = dayOf(Instant.ofEpochSecond(start), zone);
        for (long second = start + step; second < start + 6 * 86_400; second += step) {
            Instant minute = Instant.ofEpochSecond(second);
            long day = dayOf(minute, zone);
            if (day != before) {
                midnights.add(minute);
            }
            before = day;
        }
        return midnights;
    }

    @ParameterizedTest
    @MethodSource("zones")
    void aDayIsWhatTheClocksOfTheZoneShow(ZoneId zone) {
        UserZones zones = UserZones.UTC.with(FROM.minusSeconds(1), zone);

        for (Instant edge : edges(zone)) {
            for (Instant moment : List.of(edge.minus(TICK), edge)) {
                assertThat(zones.day(moment).toEpochDay())
                        .as("%s in %s", moment, zone)
                        .isEqualTo(dayOf(moment, zone));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("zones")
    void theCurrentStreakEndsAtLocalMidnightWithoutAWrite(ZoneId zone) {
        InMemoryLearnerProgress progress = new InMemoryLearnerProgress(FROM);

        for (Instant edge : edges(zone)) {
            UserId user = progress.addUser();
            progress.setZone(user, FROM.minusSeconds(1), zone);
            progress.insert(UUID.randomUUID(), LearningSession.ended(user, edge));
            Progress before = progress.find(user).orElseThrow();

            // Where clocks were set back over a midnight, one day is over twice: every end is looked at.
            for (Instant midnight : midnights(edge, zone)) {
                for (Instant moment : List.of(midnight.minus(TICK), midnight)) {
                    long since = dayOf(moment, zone) - dayOf(edge, zone);
                    assertThat(progress.streak(user, moment))
                            .as("active at %s, looked at %s in %s", edge, moment, zone)
                            .isEqualTo(new Streak(since == 0 || since == 1 ? 1 : 0, 1));
                }
            }
            assertThat(progress.find(user)).contains(before);
            progress.deleteUser(user);
        }
    }

    @Test
    void apiaHadNo30thOfDecember2011() {
        UserZones apia = UserZones.UTC.with(FROM, ZoneId.of("Pacific/Apia"));
        Instant midnight = Instant.parse("2011-12-30T10:00:00Z");

        assertThat(apia.day(midnight.minus(TICK))).isEqualTo(LocalDate.parse("2011-12-29"));
        assertThat(apia.day(midnight)).isEqualTo(LocalDate.parse("2011-12-31"));
    }

    @Test
    void aZoneIsInForceFromItsMomentToTheNext() {
        Instant first = Instant.parse("2024-05-10T23:00:00Z");
        Instant second = Instant.parse("2024-05-11T23:00:00Z");
        UserZones zones =
                UserZones.UTC.with(second, ZoneId.of("America/Los_Angeles")).with(first, ZoneId.of("Asia/Tokyo"));

        assertThat(zones.day(first.minus(TICK))).isEqualTo(LocalDate.parse("2024-05-10"));
        assertThat(zones.day(first)).isEqualTo(LocalDate.parse("2024-05-11"));
        assertThat(zones.day(second.minus(TICK))).isEqualTo(LocalDate.parse("2024-05-12"));
        assertThat(zones.day(second)).isEqualTo(LocalDate.parse("2024-05-11"));
        assertThat(UserZones.UTC.day(second)).isEqualTo(LocalDate.parse("2024-05-11"));
    }

    @Test
    void changesOfZoneAffectTodayButNoPastDay() {
        Random random = new Random(20111230);
        List<ZoneId> all = zones().toList();
        Map<Integer, Integer> seen = new TreeMap<>();

        for (int round = 0; round < 2_000; round++) {
            InMemoryLearnerProgress progress = new InMemoryLearnerProgress(FROM);
            UserId user = progress.addUser();
            Map<Instant, ZoneId> moves = new HashMap<>();
            List<Long> days = new ArrayList<>();
            for (int step = 0; step < 30; step++) {
                Instant moment = FROM.plusSeconds(random.nextInt(30 * 86_400));
                if (random.nextInt(5) == 0) {
                    ZoneId zone = all.get(random.nextInt(all.size()));
                    moves.put(moment, zone);
                    progress.setZone(user, moment, zone);
                } else {
                    days.add(dayOf(moment, inForce(moves, moment)));
                    progress.insert(UUID.randomUUID(), LearningSession.ended(user, moment));
                }
            }
            Instant now = FROM.plusSeconds(random.nextInt(32 * 86_400));
            long today = dayOf(now, inForce(moves, now));

            int current = 0;
            for (long day = days.contains(today) ? today : today - 1; days.contains(day); day--) {
                current++;
            }
            assertThat(progress.streak(user, now).current())
                    .as("days %s, moves %s, looked at %s", days, moves, now)
                    .isEqualTo(current);
            assertThat(progress.activity(user, now).today().toEpochDay()).isEqualTo(today);
            assertThat(progress.activity(user, now).sessions().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(days.stream().filter(day -> day <= today).count());
            seen.merge(Math.min(current, 5), 1, Integer::sum);
        }
        assertThat(seen).containsOnlyKeys(0, 1, 2, 3, 4, 5);
    }

    private static ZoneId inForce(Map<Instant, ZoneId> moves, Instant moment) {
        ZoneId zone = ZoneOffset.UTC;
        Instant latest = Instant.MIN;
        for (Map.Entry<Instant, ZoneId> move : moves.entrySet()) {
            if (!move.getKey().isAfter(moment) && move.getKey().isAfter(latest)) {
                latest = move.getKey();
                zone = move.getValue();
            }
        }
        return zone;
    }
}
