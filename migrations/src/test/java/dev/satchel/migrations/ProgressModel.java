package dev.satchel.migrations;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The rules of progress in Java: told what was written, it says what user_progress must show.
 *
 * <p>It keeps what each session last contributed and computes everything from that, each time from scratch. It knows
 * nothing of triggers, totals or runs.
 */
final class ProgressModel {

    /** Stand for {@code infinity} and {@code -infinity}. */
    static final Instant FOREVER = Instant.MAX;

    static final Instant SINCE_EVER = Instant.MIN;

    private static final BigInteger MOST = BigInteger.valueOf(Integer.MAX_VALUE);

    /** A session as it was written; any part may be null, also a count. */
    record Said(UUID user, Instant start, Instant end, Counts counts) {
        Said from(Instant newStart) {
            return new Said(user, newStart, end, counts);
        }

        Said until(Instant newEnd) {
            return new Said(user, start, newEnd, counts);
        }

        Said of(UUID newUser) {
            return new Said(newUser, start, end, counts);
        }

        Said with(Counts newCounts) {
            return new Said(user, start, end, newCounts);
        }

        boolean isCounted() {
            return user != null && end != null && isFinite(end);
        }
    }

    record Counts(Integer descriptions, Integer images, Integer attempts, Integer correct, Integer vocabulary) {}

    /** A word that a user studies; the phase may be null. */
    record Word(UUID user, UUID item, String phase) {}

    private record Contribution(Said said, LocalDate day) {}

    private static final class Shown {
        Instant last;
        int longest;
        // Written with each change of the contributions, not of the words. More than one where the rules leave open
        // when:
        // around midnight, or where a session was written and nothing changed.
        Set<Integer> current = Set.of(0);
        String recorded = "";
        Set<LocalDate> days = Set.of();
    }

    final Map<UUID, Said> sessions = new HashMap<>();
    final Map<UUID, Word> words = new HashMap<>();
    private final Map<UUID, Contribution> contributions = new HashMap<>();
    private final Map<UUID, TreeMap<Instant, ZoneId>> zones = new HashMap<>();
    private final Map<UUID, Shown> users = new HashMap<>();
    private final Set<UUID> touched = new HashSet<>();
    private final Worth worth;

    ProgressModel(Worth worth) {
        this.worth = worth;
    }

    /** The points for one of each, as the database's own rule has them: which they are is not for this model to say. */
    record Worth(BigInteger correct, BigInteger other, BigInteger word, BigInteger description) {

        static Worth in(Session session) throws SQLException {
            return new Worth(
                    points(session, "1, 1, 0, 0"),
                    points(session, "0, 1, 0, 0"),
                    points(session, "0, 0, 1, 0"),
                    points(session, "0, 0, 0, 1"));
        }

        private static BigInteger points(Session session, String counters) throws SQLException {
            return new BigInteger(session.value("SELECT satchel.points(" + counters + ")"));
        }
    }

    static boolean isFinite(Instant moment) {
        return !moment.equals(FOREVER) && !moment.equals(SINCE_EVER);
    }

    ProgressModel copy() {
        var copy = new ProgressModel(worth);
        copy.sessions.putAll(sessions);
        copy.words.putAll(words);
        copy.contributions.putAll(contributions);
        zones.forEach((user, since) -> copy.zones.put(user, new TreeMap<>(since)));
        users.forEach((user, shown) -> {
            var other = new Shown();
            other.last = shown.last;
            other.longest = shown.longest;
            other.current = shown.current;
            other.recorded = shown.recorded;
            other.days = shown.days;
            copy.users.put(user, other);
        });
        return copy;
    }

    Set<UUID> users() {
        return users.keySet();
    }

    void addUser(UUID user) {
        var shown = new Shown();
        users.put(user, shown);
        zones.put(user, new TreeMap<>());
        shown.recorded = recorded(user, shown);
    }

    void deleteUser(UUID user) {
        users.remove(user);
        zones.remove(user);
        sessions.values().removeIf(said -> user.equals(said.user));
        words.values().removeIf(word -> user.equals(word.user));
        contributions.values().removeIf(contribution -> user.equals(contribution.said.user));
    }

    void setZone(UUID user, Instant since, ZoneId zone) {
        zones.get(user).put(since, zone);
    }

    void write(UUID id, Said said) {
        sessions.put(id, said);
        var before = contributions.remove(id);
        if (before != null) {
            touched.add(before.said.user);
        }
        if (!said.isCounted()) {
            return;
        }
        touched.add(said.user);
        var same = before != null && before.said.user.equals(said.user) && before.said.end.equals(said.end);
        contributions.put(id, new Contribution(said, same ? before.day : day(said.user, said.end)));
    }

    void delete(UUID id) {
        sessions.remove(id);
    }

    void write(UUID id, Word word) {
        words.put(id, word);
    }

    void deleteWord(UUID id) {
        words.remove(id);
    }

    /** Takes what lasts, whatever comes next. */
    void remember() {
        users.forEach((user, shown) -> {
            for (var contribution : contributions.values()) {
                if (contribution.said.user.equals(user)
                        && (shown.last == null || contribution.said.end.isAfter(shown.last))) {
                    shown.last = contribution.said.end;
                }
            }
            shown.longest = Math.max(shown.longest, longestRun(days(user)));
        });
    }

    /** What lasts is taken after each statement; {@code from} and {@code to} are moments around its run. */
    void endStatement(Instant from, Instant to) {
        remember();
        users.forEach((user, shown) -> {
            var now = new HashSet<>(List.of(current(user, from), current(user, to)));
            var recorded = recorded(user, shown);
            var days = days(user);
            if (!recorded.equals(shown.recorded) || !days.equals(shown.days)) {
                shown.current = now;
                shown.recorded = recorded;
                shown.days = days;
            } else if (touched.contains(user)) {
                var either = new HashSet<>(shown.current);
                either.addAll(now);
                shown.current = Set.copyOf(either);
            }
        });
        touched.clear();
    }

    /** The row as {@link ProgressHistoryIT} reads it, without the current streak. */
    String row(UUID user) {
        return users.get(user).recorded
                + " | "
                + String.join(
                        " | ",
                        "" + wordsIn(user, Set.of("mastered")),
                        "" + wordsIn(user, Set.of("learning", "review")),
                        "" + wordsIn(user, Set.of("new")));
    }

    /** The day that each recorded session counts for, deleted ones too. */
    List<String> recordedDays() {
        return contributions.entrySet().stream()
                .map(contribution -> contribution.getKey() + " | " + contribution.getValue().day)
                .sorted()
                .toList();
    }

    /** What the current streak may be, written when the row last changed. */
    Set<Integer> currentStreaks(UUID user) {
        return users.get(user).current;
    }

    /** What the current streak is at a moment. */
    int current(UUID user, Instant at) {
        var days = days(user);
        var today = day(user, at);
        var day = days.contains(today) ? today : today.minusDays(1);
        int current = 0;
        while (days.contains(day)) {
            current++;
            day = day.minusDays(1);
        }
        return current;
    }

    LocalDate day(UUID user, Instant at) {
        var since = zones.get(user).floorEntry(at);
        return at.atZone(since == null ? ZoneId.of("UTC") : since.getValue()).toLocalDate();
    }

    private TreeSet<LocalDate> days(UUID user) {
        var days = new TreeSet<LocalDate>();
        for (var contribution : contributions.values()) {
            if (contribution.said.user.equals(user)) {
                days.add(contribution.day);
            }
        }
        return days;
    }

    private static int longestRun(Set<LocalDate> days) {
        int longest = 0;
        for (var day : days) {
            int run = 1;
            while (days.contains(day.plusDays(run))) {
                run++;
            }
            longest = Math.max(longest, run);
        }
        return longest;
    }

    private String recorded(UUID user, Shown shown) {
        long sessionCount = 0;
        var descriptions = BigInteger.ZERO;
        var images = BigInteger.ZERO;
        var attempts = BigInteger.ZERO;
        var correct = BigInteger.ZERO;
        var vocabulary = BigInteger.ZERO;
        var points = BigInteger.ZERO;
        var spent = Duration.ZERO;
        for (var contribution : contributions.values()) {
            var said = contribution.said;
            if (!said.user.equals(user)) {
                continue;
            }
            sessionCount++;
            descriptions = descriptions.add(count(said.counts.descriptions));
            images = images.add(count(said.counts.images));
            attempts = attempts.add(count(said.counts.attempts));
            correct = correct.add(count(said.counts.correct));
            vocabulary = vocabulary.add(count(said.counts.vocabulary));
            var other = count(said.counts.attempts)
                    .subtract(count(said.counts.correct))
                    .max(BigInteger.ZERO);
            points = points.add(worth.correct.multiply(count(said.counts.correct)))
                    .add(worth.other.multiply(other))
                    .add(worth.word.multiply(count(said.counts.vocabulary)))
                    .add(worth.description.multiply(count(said.counts.descriptions)));
            if (said.start != null && isFinite(said.start) && said.start.isBefore(said.end)) {
                spent = spent.plus(Duration.between(said.start, said.end));
            }
        }
        var accuracy = attempts.signum() == 0
                ? BigDecimal.ZERO
                : new BigDecimal(correct.multiply(BigInteger.valueOf(100)))
                        .divide(new BigDecimal(attempts), 2, RoundingMode.HALF_UP)
                        .min(BigDecimal.valueOf(100));
        return String.join(
                " | ",
                "" + sessionCount,
                "" + descriptions.min(MOST),
                "" + images.min(MOST),
                "" + attempts.min(MOST),
                "" + vocabulary.min(MOST),
                "" + BigInteger.valueOf(spent.toMinutes()).min(MOST),
                "" + points.min(MOST),
                accuracy.setScale(2).toPlainString(),
                "" + shown.longest,
                shown.last == null ? "NULL" : "" + ChronoUnit.MICROS.between(Instant.EPOCH, shown.last));
    }

    private long wordsIn(UUID user, Set<String> phases) {
        return words.values().stream()
                .filter(word -> word.user.equals(user) && word.phase != null && phases.contains(word.phase))
                .count();
    }

    private static BigInteger count(Integer counter) {
        return BigInteger.valueOf(counter == null || counter < 0 ? 0 : counter);
    }
}
