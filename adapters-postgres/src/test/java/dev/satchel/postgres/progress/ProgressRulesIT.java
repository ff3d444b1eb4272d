package dev.satchel.postgres.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.progress.InMemoryLearnerProgress;
import dev.satchel.progress.LearningSession;
import dev.satchel.progress.Progress;
import dev.satchel.progress.ProgressUnderTest;
import dev.satchel.progress.Streak;
import dev.satchel.progress.UserZones;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.filter.Phase;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessException;

/** Holds what the database computes in SQL against the rules of the domain. */
class ProgressRulesIT {

    /** Zones of the JDK that no user can be given on some servers. */
    private static final Map<String, String> REFUSED_ZONES =
            Map.of("America/Coyhaique", "came in 2025, and servers are older");

    /** How many random histories are played. */
    private static final int ROUNDS = System.getProperty("satchel.test.matrix") == null ? 40 : 100;

    // Within years that every edition of the zones in use describes alike.
    private static final Instant FROM = Instant.parse("2009-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2015-01-01T00:00:00Z");

    @AutoClose
    private static PostgresProgressUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresProgressUnderTest();
    }

    static Stream<ZoneId> zones() {
        return ZoneId.getAvailableZoneIds().stream()
                .filter(id -> !REFUSED_ZONES.containsKey(id) && isAcceptedByTheFilter(id))
                .sorted()
                .map(ZoneId::of);
    }

    /** Streaks are counted from days, which are compared in every zone: each third zone, and all under -Pmatrix. */
    static Stream<ZoneId> zonesOfStreaks() {
        List<ZoneId> all = zones().toList();
        int stride = System.getProperty("satchel.test.matrix") == null ? 3 : 1;
        return IntStream.range(0, all.size())
                .filter(index -> index % stride == 0)
                .mapToObj(all::get);
    }

    /** The moments around each change of the clocks, and around the midnights next to it. */
    private static List<Instant> edges(ZoneId zone) {
        Set<Instant> edges = new TreeSet<>();
        ZoneOffsetTransition change = zone.getRules().nextTransition(FROM);
        while (change != null && change.getInstant().isBefore(TO)) {
            edges.add(change.getInstant());
            addMidnights(edges, change.getInstant(), zone);
            change = zone.getRules().nextTransition(change.getInstant());
        }
        addMidnights(edges, Instant.parse("2011-12-30T12:00:00Z"), zone);
        addMidnights(edges, Instant.parse("2012-02-29T12:00:00Z"), zone);
        addMidnights(edges, Instant.parse("2013-02-28T12:00:00Z"), zone);
        return edges.stream()
                .flatMap(edge -> Stream.of(edge.minus(Duration.ofNanos(1_000)), edge))
                .toList();
    }

    private static void addMidnights(Set<Instant> edges, Instant around, ZoneId zone) {
        LocalDate day = LocalDate.ofInstant(around, zone);
        for (int offset = -1; offset <= 2; offset++) {
            edges.add(day.plusDays(offset).atStartOfDay(zone).toInstant());
        }
    }

    private static List<LocalDate> daysOf(UserId user, List<Instant> moments) {
        return postgres.owner()
                .sql("""
                        SELECT satchel.user_day(:user, moment)
                          FROM unnest(string_to_array(:moments, ',')::timestamptz[]) WITH ORDINALITY AS asked (moment, place)
                         ORDER BY place
                        """)
                .param("user", user.value())
                .param("moments", moments.stream().map(Instant::toString).collect(Collectors.joining(",")))
                .query(LocalDate.class)
                .list();
    }

    private static boolean isAcceptedByTheFilter(String zone) {
        try {
            ExportFilters.of(Map.of("from", "2026-01-01", "zone", zone));
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    private static boolean isAcceptedByTheDatabase(UserId user, String zone) {
        try {
            postgres.owner()
                    .sql("""
                    INSERT INTO satchel.user_zone (user_id, since, zone) VALUES (:user, now(), :zone)
                        ON CONFLICT (user_id, since) DO UPDATE SET zone = excluded.zone
                    """)
                    .param("user", user.value())
                    .param("zone", zone)
                    .update();
            return true;
        } catch (DataAccessException refused) {
            return false;
        }
    }

    @Test
    void usersAndFiltersHaveTheSameZones() {
        UserId user = postgres.addUser();
        Set<String> names = new TreeSet<>(ZoneId.getAvailableZoneIds());
        names.addAll(List.of(
                "Z",
                "utc",
                "UTC+2",
                "GMT+2",
                "+02:00",
                "<+02>-2",
                "EST",
                "EST5EDT",
                "europe/madrid",
                "Mars/Olympus",
                "",
                "posix/Europe/Madrid",
                "localtime",
                "Europe/Madrid "));
        names.removeAll(REFUSED_ZONES.keySet());

        for (String name : names) {
            assertThat(isAcceptedByTheDatabase(user, name)).as(name).isEqualTo(isAcceptedByTheFilter(name));
        }
        assertThat(names.stream().filter(ProgressRulesIT::isAcceptedByTheFilter))
                .hasSizeGreaterThan(400)
                .contains("UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires")
                .doesNotContain("Z", "GMT", "CET", "UTC+2", "Etc/GMT+2");
    }

    @Test
    void countsDaysInUtcWhereTheServerLacksTheZone() {
        UserId lost = postgres.addUser();
        UserId other = postgres.addUser();
        postgres.owner().sql("""
                ALTER TABLE satchel.user_zone DISABLE TRIGGER trigger_user_zone_known;
                INSERT INTO satchel.user_zone (user_id, since, zone) VALUES ('%s', '2000-01-01Z', 'Mars/Olympus');
                ALTER TABLE satchel.user_zone ENABLE TRIGGER trigger_user_zone_known;
                """.formatted(lost)).update();
        Instant end = Instant.parse("2026-03-01T23:30:00Z");
        postgres.owner().sql("""
                INSERT INTO public.sessions (user_id, session_type, started_at)
                SELECT unnest(ARRAY ['%s', '%s']::uuid[]), 'mixed', '2026-03-01T23:00:00Z'
                """.formatted(lost, other)).update();

        postgres.owner()
                .sql("UPDATE public.sessions SET ended_at = '" + end + "' WHERE ended_at IS NULL")
                .update();

        assertThat(daysOf(lost, List.of(end))).containsExactly(LocalDate.parse("2026-03-01"));
        assertThat(postgres.owner()
                        .sql(
                                "SELECT count(*) FROM satchel.session_contribution WHERE day = '2026-03-01' AND user_id IN (?, ?)")
                        .params(lost.value(), other.value())
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
        assertThat(new SatchelPostgres(postgres.database().workerDataSource())
                        .progressUpkeep()
                        .reconcile(true, drift -> {
                            throw new AssertionError(drift);
                        })
                        .drifts())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("zones")
    void aDayIsTheSameInTheDatabaseAndInTheDomain(ZoneId zone) {
        UserId user = postgres.addUser();
        postgres.setZone(user, FROM, zone);
        UserZones zones = UserZones.UTC.with(FROM, zone);
        List<Instant> moments = edges(zone);

        List<LocalDate> days = daysOf(user, moments);

        assertThat(days)
                .as("%s", moments)
                .isEqualTo(moments.stream().map(zones::day).toList());
    }

    @ParameterizedTest
    @MethodSource("zonesOfStreaks")
    void aStreakIsTheSameInTheColumnAndInTheDomain(ZoneId zone) {
        Random random = new Random(zone.getId().hashCode());
        UserId user = postgres.addUser();
        postgres.setZone(user, FROM, zone);
        UserZones zones = UserZones.UTC.with(FROM, zone);
        List<Instant> moments = edges(zone);
        Set<LocalDate> days = new HashSet<>();
        List<LearningSession> sessions = new ArrayList<>();
        for (Instant moment : moments) {
            if (random.nextInt(3) > 0) {
                days.add(zones.day(moment));
                sessions.add(LearningSession.ended(user, moment));
            }
        }

        insertedAtOnce(sessions);

        for (Instant moment :
                List.of(moments.get(0), moments.get(moments.size() / 2), moments.get(moments.size() - 1))) {
            assertThat(postgres.progress().streak(user, moment)).isEqualTo(Streak.of(days, zones.day(moment)));
        }
        assertThat(postgres.progress().find(user).orElseThrow().streak())
                .isEqualTo(new Streak(
                        0, Streak.of(days, LocalDate.MAX.minusDays(1)).longest()));
    }

    @ParameterizedTest
    @MethodSource("zonesOfStreaks")
    void theColumnHoldsTheStreakAtTheTimeOfWriting(ZoneId zone) {
        Random random = new Random(zone.getId().hashCode());
        UserId user = postgres.addUser();
        postgres.setZone(user, FROM, zone);
        Instant now = postgres.now();
        int likely = random.nextInt(1, 100);
        List<LearningSession> sessions = new ArrayList<>();
        for (int hours = -8 * 24; hours < 4 * 24; hours += 6) {
            if (random.nextInt(100) < likely) {
                sessions.add(LearningSession.ended(user, now.plus(Duration.ofHours(hours))));
            }
        }
        sessions.add(LearningSession.ended(user, now.minus(Duration.ofDays(100))));

        Instant written = insertedAtOnce(sessions);

        // Of today the server's edition of the zones is the one that counts.
        LocalDate today = daysOf(user, List.of(written)).get(0);
        List<LocalDate> days =
                daysOf(user, sessions.stream().map(LearningSession::endedAt).toList());
        assertThat(postgres.progress().find(user).orElseThrow().streak()).isEqualTo(Streak.of(days, today));
        assertThat(postgres.progress().streak(user, written)).isEqualTo(Streak.of(days, today));
    }

    /** Returns the time of the statement. */
    private static Instant insertedAtOnce(List<LearningSession> sessions) {
        return postgres.owner()
                .sql("""
                        INSERT INTO public.sessions (session_type, user_id, started_at, ended_at)
                        SELECT 'mixed', :user, ended_at, ended_at
                          FROM unnest(string_to_array(:ends, ',')::timestamptz[]) AS session (ended_at)
                        RETURNING statement_timestamp()
                        """)
                .param("user", sessions.get(0).user().value())
                .param(
                        "ends",
                        sessions.stream()
                                .map(session -> session.endedAt().toString())
                                .collect(Collectors.joining(",")))
                .query((row, number) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .list()
                .get(0);
    }

    /** Two users in the database and in memory, to whom the same things happen. */
    private static final class Twins {

        private final InMemoryLearnerProgress memory = new InMemoryLearnerProgress(postgres.now());
        private final List<UserId> stored = List.of(postgres.addUser(), postgres.addUser());
        private final List<UserId> remembered = List.of(memory.addUser(), memory.addUser());

        private void store(boolean isNew, UUID id, Integer user, LearningSession session) {
            store(postgres, stored, isNew, id, user, session);
            store(memory, remembered, isNew, id, user, session);
        }

        private static void store(
                ProgressUnderTest world,
                List<UserId> users,
                boolean isNew,
                UUID id,
                Integer user,
                LearningSession session) {
            LearningSession owned = new LearningSession(
                    user == null ? null : users.get(user),
                    session.startedAt(),
                    session.endedAt(),
                    session.descriptions(),
                    session.images(),
                    session.attempts(),
                    session.correct(),
                    session.vocabulary());
            if (isNew) {
                world.insert(id, owned);
            } else {
                world.update(id, owned);
            }
        }

        private void delete(UUID id) {
            postgres.delete(id);
            memory.delete(id);
        }

        private void setZone(int user, Instant since, ZoneId zone) {
            postgres.setZone(stored.get(user), since, zone);
            memory.setZone(remembered.get(user), since, zone);
        }

        private void setWords(int user, Collection<Phase> phases) {
            postgres.setWords(stored.get(user), phases);
            memory.setWords(remembered.get(user), phases);
        }

        private void areAlike(Instant at, String history) {
            for (int user = 0; user < 2; user++) {
                Progress found = postgres.progress().find(stored.get(user)).orElseThrow();
                assertThat(found)
                        .as(history)
                        .isEqualTo(memory.find(remembered.get(user)).orElseThrow());
                assertThat(postgres.progress().streak(stored.get(user), at))
                        .as("%s, as of %s", history, at)
                        .isEqualTo(memory.streak(remembered.get(user), at));
                assertThat(postgres.progress().activity(stored.get(user), at))
                        .as("%s, as of %s", history, at)
                        .isEqualTo(memory.activity(remembered.get(user), at));
            }
        }
    }

    @Test
    void theDatabaseMatchesTheDomainForRandomChanges() {
        Random random = new Random(38);
        List<ZoneId> zones = zones().toList();
        for (int round = 0; round < ROUNDS; round++) {
            Twins twins = new Twins();
            Set<UUID> present = new TreeSet<>();
            List<UUID> ids = Stream.generate(UUID::randomUUID).limit(8).toList();
            StringBuilder history = new StringBuilder("round " + round);
            Instant begin = FROM.plus(Duration.ofDays(random.nextInt(2_000)));
            for (int step = 0; step < 30; step++) {
                UUID id = ids.get(random.nextInt(ids.size()));
                int user = random.nextInt(2);
                Instant moment = begin.plus(Duration.ofMinutes(random.nextInt(9 * 24 * 60)));
                switch (random.nextInt(10)) {
                    case 0 -> {
                        ZoneId zone = zones.get(random.nextInt(zones.size()));
                        twins.setZone(user, moment, zone);
                        history.append("\nzone ")
                                .append(user)
                                .append(' ')
                                .append(moment)
                                .append(' ')
                                .append(zone);
                    }
                    case 1 -> {
                        List<Phase> phases = random.ints(random.nextInt(4), 0, 4)
                                .mapToObj(index -> Phase.values()[index])
                                .toList();
                        twins.setWords(user, phases);
                        history.append("\nwords ").append(user).append(' ').append(phases);
                    }
                    case 2 -> {
                        twins.delete(id);
                        present.remove(id);
                        history.append("\ndelete ").append(id);
                    }
                    default -> {
                        Integer owner = random.nextInt(10) == 0 ? null : user;
                        LearningSession session = anySession(random, moment);
                        twins.store(present.add(id), id, owner, session);
                        history.append("\nstore ")
                                .append(id)
                                .append(' ')
                                .append(owner)
                                .append(' ')
                                .append(session);
                    }
                }
                twins.areAlike(begin.plus(Duration.ofMinutes(random.nextInt(12 * 24 * 60))), history.toString());
            }
        }
    }

    private static LearningSession anySession(Random random, Instant moment) {
        return new LearningSession(
                null,
                random.nextInt(5) == 0 ? null : moment.minusMillis(random.nextInt(-100_000, 1_000_000)),
                random.nextInt(5) == 0 ? null : moment,
                anyCount(random),
                anyCount(random),
                anyCount(random),
                anyCount(random),
                anyCount(random));
    }

    private static Integer anyCount(Random random) {
        return random.nextInt(6) == 0 ? null : random.nextInt(-2, 12);
    }
}
