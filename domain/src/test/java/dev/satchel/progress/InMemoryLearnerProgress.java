package dev.satchel.progress;

import dev.satchel.UserId;
import dev.satchel.record.filter.Phase;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps sessions and their contributions in memory by the rules of this package, for tests that need progress. */
public final class InMemoryLearnerProgress implements LearnerProgress, ProgressUnderTest {

    private final Map<UserId, Learner> learners = new HashMap<>();
    private final Map<UUID, LearningSession> sessions = new HashMap<>();
    private final Map<UUID, Recorded> contributions = new HashMap<>();
    private Instant now;

    public InMemoryLearnerProgress(Instant now) {
        this.now = now;
    }

    private record Recorded(UserId user, Instant endedAt, LocalDate day, Contribution contribution) {}

    /** What is known of a user besides the contributions. */
    private static final class Learner {
        private UserZones zones = UserZones.UTC;
        private List<Phase> words = List.of();
        private Streak streak = Streak.NONE;
        private @Nullable Instant lastActivityAt;
    }

    @Override
    public LearnerProgress progress() {
        return this;
    }

    @Override
    public Instant now() {
        return now;
    }

    /** Moves the clock, and nothing else. */
    public void setNow(Instant moment) {
        now = moment;
    }

    @Override
    public UserId addUser() {
        UserId user = new UserId(UUID.randomUUID());
        learners.put(user, new Learner());
        return user;
    }

    @Override
    public void deleteUser(UserId user) {
        learners.remove(user);
        sessions.values().removeIf(session -> user.equals(session.user()));
        contributions.values().removeIf(recorded -> recorded.user().equals(user));
    }

    @Override
    public void insert(UUID id, LearningSession session) {
        if (sessions.containsKey(id)) {
            throw new IllegalStateException("there is a session " + id);
        }
        store(id, session);
    }

    @Override
    public void update(UUID id, LearningSession session) {
        if (!sessions.containsKey(id)) {
            throw new IllegalStateException("there is no session " + id);
        }
        store(id, session);
    }

    @Override
    public void delete(UUID id) {
        sessions.remove(id);
    }

    private void store(UUID id, LearningSession session) {
        sessions.put(id, session);
        Recorded before = contributions.remove(id);
        session.contribution()
                .ifPresent(contribution -> contributions.put(id, recorded(before, session, contribution)));
        if (before != null) {
            written(before.user());
        }
        if (session.user() != null) {
            written(session.user());
        }
    }

    private Recorded recorded(@Nullable Recorded before, LearningSession session, Contribution contribution) {
        Learner learner = learners.get(session.user());
        Instant end = session.endedAt();
        if (learner.lastActivityAt == null || end.isAfter(learner.lastActivityAt)) {
            learner.lastActivityAt = end;
        }
        boolean known = before != null
                && before.user().equals(session.user())
                && before.endedAt().equals(end);
        return new Recorded(session.user(), end, known ? before.day() : learner.zones.day(end), contribution);
    }

    private void written(UserId user) {
        Learner learner = learners.get(user);
        learner.streak = streak(user, now);
    }

    @Override
    public void setZone(UserId user, Instant since, ZoneId zone) {
        Learner learner = learners.get(user);
        learner.zones = learner.zones.with(since, zone);
    }

    @Override
    public void setWords(UserId user, Collection<Phase> phases) {
        learners.get(user).words = List.copyOf(phases);
        written(user);
    }

    @Override
    public Optional<Progress> find(UserId user) {
        return Optional.ofNullable(learners.get(user)).map(learner -> {
            Totals totals = recordedOf(user)
                    .map(Recorded::contribution)
                    .reduce(Totals.NONE, Totals::plus, (one, other) -> {
                        throw new AssertionError("contributions are added one by one");
                    });
            return totals.shown(Words.of(learner.words), learner.streak, learner.lastActivityAt);
        });
    }

    @Override
    public Activity activity(UserId user, Instant at) {
        LocalDate today = zones(user).day(at);
        SortedMap<LocalDate, Long> counts = new TreeMap<>();
        recordedOf(user).forEach(recorded -> counts.merge(recorded.day(), 1L, Long::sum));
        return new Activity(today, counts.subMap(Activity.firstDay(today), today.plusDays(1)));
    }

    @Override
    public Streak streak(UserId user, Instant at) {
        List<LocalDate> days = recordedOf(user).map(Recorded::day).toList();
        Learner learner = learners.get(user);
        return Streak.of(days, zones(user).day(at)).remembering(learner == null ? 0 : learner.streak.longest());
    }

    private Stream<Recorded> recordedOf(UserId user) {
        return contributions.values().stream()
                .filter(recorded -> recorded.user().equals(user));
    }

    private UserZones zones(UserId user) {
        Learner learner = learners.get(user);
        return learner == null ? UserZones.UTC : learner.zones;
    }
}
