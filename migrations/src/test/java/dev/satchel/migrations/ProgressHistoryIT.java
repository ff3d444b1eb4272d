package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.ProgressModel.Counts;
import dev.satchel.migrations.ProgressModel.Said;
import dev.satchel.migrations.ProgressModel.Word;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to sessions, words, zones and accounts, user_progress says what two oracles say.
 *
 * <p>{@link ProgressModel} is told of each operation; {@link ProgressOracle} recomputes from the tables. As many
 * histories as {@code -Dsatchel.histories} asks for, beginning with the seed {@code -Dsatchel.seed}; a failure prints
 * its seed and what was done. The same seed does the same again, with days counted from the day it runs on.
 *
 * <p>No time of day makes it fail: the current streak may be that of a minute before a statement or of a minute after.
 */
class ProgressHistoryIT {

    private static final int HISTORIES =
            Integer.getInteger("satchel.histories", System.getProperty("satchel.test.matrix") == null ? 75 : 150);
    private static final int FIRST_SEED = Integer.getInteger("satchel.seed", 0);
    private static final int OPERATIONS = 50;
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final List<String> ZONES =
            List.of("Pacific/Apia", "America/Los_Angeles", "Asia/Kathmandu", "Europe/Madrid", "UTC");

    private static final String PROGRESS = """
            SELECT user_id, current_streak_days, id, created_at, total_sessions, total_descriptions, total_images,
                   total_questions_answered, total_vocabulary_learned, total_time_spent_minutes, total_points,
                   average_accuracy, longest_streak_days, (extract(epoch FROM last_activity_at) * 1000000)::bigint,
                   mastered_words_count, learning_words_count, new_words_count
              FROM public.user_progress
            """;

    private static final String RECORDED_DAYS = """
            SELECT session_id, day
              FROM satchel.session_contribution
             ORDER BY session_id::text
            """;

    private static final String COLUMNS = """
            id, user_id, session_type, started_at, ended_at, descriptions_generated, images_processed, qa_attempts,
            qa_correct, vocabulary_learned
            """;

    private static final String ROW = """
            (?, ?, 'mixed', ?::timestamptz, ?::timestamptz, ?::integer, ?::integer, ?::integer, ?::integer, ?::integer)
            """;

    private static final String UPSERT = """
                ON CONFLICT (id) DO UPDATE
               SET user_id = excluded.user_id, started_at = excluded.started_at, ended_at = excluded.ended_at,
                   descriptions_generated = excluded.descriptions_generated,
                   images_processed = excluded.images_processed, qa_attempts = excluded.qa_attempts,
                   qa_correct = excluded.qa_correct, vocabulary_learned = excluded.vocabulary_learned
            """;

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    @AutoClose
    private static Session api;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
        api = Session.open(database.workerDataSource());
    }

    @Test
    void everyHistoryLeavesExactProgress() {
        for (int seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
            List<String> done = List.of();
            try {
                var history = new History(seed);
                done = history.done;
                history.run();
            } catch (SQLException | RuntimeException | AssertionError failure) {
                throw new AssertionError("seed %d failed after:%n%s".formatted(seed, String.join("\n", done)), failure);
            }
        }
    }

    private static final class History {

        final List<String> done = new ArrayList<>();
        private final Random random;
        private final List<UUID> users = new ArrayList<>();
        private final List<UUID> ids = new ArrayList<>();
        private final List<UUID> wordIds = new ArrayList<>();
        private final List<UUID> items = new ArrayList<>();
        private final Map<UUID, Said> lastSaid = new HashMap<>();
        private final Map<UUID, String> identities = new HashMap<>();
        private ProgressModel model;

        History(int seed) throws SQLException {
            random = new Random(seed);
            model = new ProgressModel(ProgressModel.Worth.in(owner));
        }

        void run() throws SQLException {
            for (int index = 0; index < 3; index++) {
                addUser();
            }
            for (int index = 0; index < 4; index++) {
                addItem();
            }
            check();
            int operations = 1 + random.nextInt(OPERATIONS);
            begin();
            var committed = model.copy();
            ProgressModel saved = null;
            for (int count = 0; count < operations; count++) {
                if (saved == null && random.nextInt(8) == 0) {
                    sql("SAVEPOINT here");
                    saved = model.copy();
                }
                operate();
                if (saved != null && random.nextInt(4) == 0) {
                    sql("ROLLBACK TO SAVEPOINT here");
                    model = saved;
                    saved = null;
                } else if (random.nextInt(20) == 0) {
                    sql("ROLLBACK");
                    model = committed;
                    saved = null;
                    check();
                    begin();
                    committed = model.copy();
                } else if (random.nextInt(3) == 0) {
                    sql("COMMIT");
                    saved = null;
                    check();
                    if (random.nextInt(4) == 0) {
                        endAsTheUser();
                    }
                    begin();
                    committed = model.copy();
                }
            }
            sql("COMMIT");
            check();
            endBrokenStreaks();
            leaveNothing();
        }

        private void begin() throws SQLException {
            sql("BEGIN");
        }

        private int sql(String sql, Object... values) throws SQLException {
            done.add(sql.strip().replaceAll("\\s+", " ") + " " + Arrays.toString(values));
            return owner.run(sql, values);
        }

        private void operate() throws SQLException {
            users.retainAll(model.users());
            if (users.isEmpty()) {
                // A rollback brought back whom it had deleted, and took away whom it had added.
                users.addAll(model.users());
            }
            var from = Instant.now().minus(MARGIN);
            switch (random.nextInt(39)) {
                case 0, 1, 2, 3, 4 -> insert(1);
                case 5 -> insert(2 + random.nextInt(3));
                case 6, 7, 8, 9 -> end();
                case 10 -> endAgain();
                case 11, 12 -> count();
                case 13 -> start();
                case 14 -> reopen();
                case 15, 16 -> move();
                case 17 -> delete();
                case 18, 19 -> restore();
                case 20 -> purge();
                case 21 -> shiftAll();
                case 22 -> swapUsers();
                case 23 -> copyIn();
                case 24, 25 -> upsert();
                case 26 -> changeZone();
                case 27, 33, 34 -> addWords();
                case 28 -> changePhases();
                case 29 -> moveWord();
                case 30 -> deleteWords();
                case 35, 36 -> changePhase();
                case 31 -> reopen();
                case 32 -> endForever();
                default -> {
                    if (random.nextInt(3) == 0 && users.size() > 1) {
                        deleteUser();
                    } else if (random.nextInt(3) == 0) {
                        addUser();
                    } else {
                        changeEverything();
                    }
                }
            }
            model.endStatement(from, Instant.now().plus(MARGIN));
        }

        private void addUser() throws SQLException {
            var user = uuid();
            sql("INSERT INTO public.users (id, email) VALUES (?, ?)", user, user + "@example.org");
            users.add(user);
            model.addUser(user);
            if (random.nextBoolean()) {
                setZone(user, Instant.parse("2000-01-01T00:00:00Z"));
            }
        }

        private void deleteUser() throws SQLException {
            var user = users.remove(random.nextInt(users.size()));
            sql("DELETE FROM public.users WHERE id = ?", user);
            model.deleteUser(user);
        }

        private void insert(int rows) throws SQLException {
            var values = new ArrayList<Object>();
            for (int row = 0; row < rows; row++) {
                add(uuid(), anything(), values);
            }
            sql("INSERT INTO public.sessions (" + COLUMNS + ") VALUES " + rows(rows), values.toArray());
        }

        private void copyIn() throws SQLException {
            var lines = new StringBuilder();
            for (int row = random.nextInt(4); row >= 0; row--) {
                var values = new ArrayList<Object>();
                add(uuid(), anything(), values);
                values.add(2, "mixed");
                lines.append(values.stream()
                                .map(value -> Objects.toString(value, "\\N"))
                                .collect(Collectors.joining("\t")))
                        .append('\n');
            }
            done.add("COPY " + lines);
            owner.copy("COPY public.sessions (" + COLUMNS + ") FROM STDIN", lines.toString());
        }

        private void upsert() throws SQLException {
            var values = new ArrayList<Object>();
            var met = new LinkedHashSet<UUID>();
            for (int row = random.nextInt(3); row >= 0; row--) {
                met.add(ids.isEmpty() || random.nextInt(3) == 0 ? uuid() : any(ids));
            }
            // Two statements to the triggers: first what was updated, then what was inserted.
            var updated = met.stream().filter(model.sessions::containsKey).toList();
            for (var id : updated) {
                add(id, finite(anything()), values);
            }
            model.remember();
            for (var id : met) {
                if (!updated.contains(id)) {
                    add(id, finite(anything()), values);
                }
            }
            sql("INSERT INTO public.sessions (" + COLUMNS + ") VALUES " + rows(met.size()) + UPSERT, values.toArray());
        }

        private void end() throws SQLException {
            var id = existing();
            if (id != null) {
                var said = model.sessions.get(id);
                write(id, said.until(random.nextInt(3) == 0 ? moment() : after(said.start())), "ended_at");
            }
        }

        private void endAgain() throws SQLException {
            var id = existing();
            if (id != null) {
                write(id, model.sessions.get(id), "ended_at");
            }
        }

        private void count() throws SQLException {
            var id = existing();
            if (id != null) {
                var said = model.sessions.get(id);
                write(id, said.with(random.nextBoolean() ? counts() : oneOther(said.counts())), "counts");
            }
        }

        private void start() throws SQLException {
            var id = existing();
            if (id != null) {
                var said = model.sessions.get(id);
                var start = said.end() == null ? moment() : anyStart();
                write(id, said.from(start), "started_at");
            }
        }

        private void reopen() throws SQLException {
            var id = existing();
            if (id != null) {
                write(id, finite(model.sessions.get(id)).until(null), "started_at", "ended_at");
            }
        }

        /** Only from another end: the application's own trigger cannot compute a duration to infinity. */
        private void endForever() throws SQLException {
            var id = existing();
            if (id != null && model.sessions.get(id).end() != null) {
                var end = random.nextBoolean() ? ProgressModel.FOREVER : ProgressModel.SINCE_EVER;
                write(id, model.sessions.get(id).until(end), "ended_at");
            }
        }

        private void move() throws SQLException {
            var id = existing();
            if (id != null) {
                write(id, model.sessions.get(id).of(anyUser()), "user_id");
            }
        }

        private void changeEverything() throws SQLException {
            var id = existing();
            if (id != null) {
                write(id, finite(anything()), "user_id", "started_at", "ended_at", "counts");
            }
        }

        /** As the application's API does, in its own transaction: by the role of the user, under row security. */
        private void endAsTheUser() throws SQLException {
            var id = existing();
            if (id == null || model.sessions.get(id).user() == null) {
                return;
            }
            var said = model.sessions.get(id);
            var end = after(said.start());
            var from = Instant.now().minus(MARGIN);
            done.add("by the user: " + id + " ended_at = " + end);
            api.run("BEGIN");
            api.rows("SELECT set_config('request.jwt.claims', ?, true)", "{\"sub\": \"" + said.user() + "\"}");
            api.run("SET LOCAL ROLE authenticated");
            assertThat(api.run("UPDATE public.sessions SET ended_at = ?::timestamptz WHERE id = ?", text(end), id))
                    .isEqualTo(1);
            api.run("COMMIT");
            lastSaid.put(id, said.until(end));
            model.write(id, said.until(end));
            model.endStatement(from, Instant.now().plus(MARGIN));
            check();
        }

        private void delete() throws SQLException {
            var id = existing();
            if (id != null) {
                sql("DELETE FROM public.sessions WHERE id = ?", id);
                model.delete(id);
            }
        }

        private void restore() throws SQLException {
            var gone =
                    ids.stream().filter(id -> !model.sessions.containsKey(id)).toList();
            if (gone.isEmpty()) {
                return;
            }
            var id = any(gone);
            var said = random.nextInt(4) == 0 ? anything() : lastSaid.get(id);
            var values = new ArrayList<Object>();
            add(id, said.user() == null || users.contains(said.user()) ? said : said.of(anyUser()), values);
            sql("INSERT INTO public.sessions (" + COLUMNS + ") VALUES " + rows(1), values.toArray());
        }

        private void purge() throws SQLException {
            var before = moment();
            sql("DELETE FROM public.sessions WHERE ended_at < ?::timestamptz", text(before));
            List.copyOf(model.sessions.entrySet()).stream()
                    .filter(entry -> entry.getValue().end() != null
                            && entry.getValue().end().isBefore(before))
                    .forEach(entry -> model.delete(entry.getKey()));
        }

        private void shiftAll() throws SQLException {
            var shift = Duration.ofHours(random.nextInt(72) - 36);
            sql(
                    "UPDATE public.sessions SET ended_at = ended_at + ? * interval '1 hour' WHERE isfinite(ended_at)",
                    shift.toHours());
            Map.copyOf(model.sessions).forEach((id, said) -> {
                if (said.end() != null && ProgressModel.isFinite(said.end())) {
                    model.write(id, said.until(said.end().plus(shift)));
                }
            });
        }

        private void swapUsers() throws SQLException {
            var one = any(users);
            var other = any(users);
            sql(
                    "UPDATE public.sessions SET user_id = CASE user_id WHEN ? THEN ?::uuid ELSE ? END WHERE user_id IN (?, ?)",
                    one,
                    other,
                    one,
                    one,
                    other);
            Map.copyOf(model.sessions).forEach((id, said) -> {
                if (one.equals(said.user())) {
                    model.write(id, said.of(other));
                } else if (other.equals(said.user())) {
                    model.write(id, said.of(one));
                }
            });
        }

        private void changeZone() throws SQLException {
            var since = random.nextInt(3) == 0 ? Instant.now().truncatedTo(ChronoUnit.MICROS) : moment();
            setZone(any(users), since);
        }

        private void setZone(UUID user, Instant since) throws SQLException {
            var zone = any(ZONES);
            sql(
                    "INSERT INTO satchel.user_zone (user_id, since, zone) VALUES (?, ?::timestamptz, ?)",
                    user,
                    text(since),
                    zone);
            model.setZone(user, since, ZoneId.of(zone));
        }

        private void addItem() throws SQLException {
            var item = uuid();
            sql(
                    "INSERT INTO public.vocabulary_items (id, spanish_text, english_translation) VALUES (?, 'sí', 'yes')",
                    item);
            items.add(item);
        }

        private void addWords() throws SQLException {
            var values = new ArrayList<Object>();
            for (int row = random.nextInt(3); row >= 0; row--) {
                var word = new Word(any(users), any(items), anyPhase());
                if (model.words.values().stream().noneMatch(other -> sameWord(word, other))) {
                    var id = uuid();
                    wordIds.add(id);
                    model.write(id, word);
                    values.addAll(Arrays.asList(id, word.user(), word.item(), word.phase()));
                }
            }
            if (!values.isEmpty()) {
                sql(
                        "INSERT INTO public.learning_progress (id, user_id, vocabulary_item_id, learning_phase) VALUES "
                                + "(?, ?, ?, ?::public.learning_phase), "
                                        .repeat(values.size() / 4)
                                        .replaceFirst(", $", ""),
                        values.toArray());
            }
        }

        private void changePhases() throws SQLException {
            var user = any(users);
            var phase = anyPhase();
            sql(
                    "UPDATE public.learning_progress SET learning_phase = ?::public.learning_phase WHERE user_id = ?",
                    phase,
                    user);
            Map.copyOf(model.words).forEach((id, word) -> {
                if (word.user().equals(user)) {
                    model.write(id, new Word(user, word.item(), phase));
                }
            });
        }

        private void changePhase() throws SQLException {
            var id = existingWord();
            if (id != null) {
                var phase = anyPhase();
                sql(
                        "UPDATE public.learning_progress SET learning_phase = ?::public.learning_phase WHERE id = ?",
                        phase,
                        id);
                var word = model.words.get(id);
                model.write(id, new Word(word.user(), word.item(), phase));
            }
        }

        private void moveWord() throws SQLException {
            var id = existingWord();
            if (id == null) {
                return;
            }
            var word = new Word(any(users), model.words.get(id).item(), anyPhase());
            if (model.words.entrySet().stream()
                    .noneMatch(other -> !other.getKey().equals(id) && sameWord(word, other.getValue()))) {
                sql(
                        "UPDATE public.learning_progress SET user_id = ?, learning_phase = ?::public.learning_phase WHERE id = ?",
                        word.user(),
                        word.phase(),
                        id);
                model.write(id, word);
            }
        }

        private void deleteWords() throws SQLException {
            var id = existingWord();
            if (id == null) {
                return;
            }
            if (random.nextBoolean()) {
                sql("DELETE FROM public.learning_progress WHERE id = ?", id);
                model.deleteWord(id);
            } else {
                var item = model.words.get(id).item();
                sql("DELETE FROM public.vocabulary_items WHERE id = ?", item);
                Map.copyOf(model.words).forEach((other, word) -> {
                    if (word.item().equals(item)) {
                        model.deleteWord(other);
                    }
                });
                sql(
                        "INSERT INTO public.vocabulary_items (id, spanish_text, english_translation) VALUES (?, 'no', 'no')",
                        item);
            }
        }

        private static boolean sameWord(Word one, Word other) {
            return one.user().equals(other.user()) && one.item().equals(other.item());
        }

        private void add(UUID id, Said said, List<Object> values) {
            if (!ids.contains(id)) {
                ids.add(id);
            }
            lastSaid.put(id, said);
            model.write(id, said);
            values.add(id);
            values.add(said.user());
            values.add(text(said.start()));
            values.add(text(said.end()));
            values.addAll(cells(said.counts()));
        }

        /** Updates some columns, of which "counts" stands for five. */
        private void write(UUID id, Said said, String... columns) throws SQLException {
            var assignments = new ArrayList<String>();
            var values = new ArrayList<Object>();
            for (var column : columns) {
                switch (column) {
                    case "user_id" -> {
                        assignments.add("user_id = ?");
                        values.add(said.user());
                    }
                    case "started_at" -> {
                        assignments.add("started_at = ?::timestamptz");
                        values.add(text(said.start()));
                    }
                    case "ended_at" -> {
                        assignments.add("ended_at = ?::timestamptz");
                        values.add(text(said.end()));
                    }
                    default -> {
                        assignments.add(
                                "descriptions_generated = ?::integer, images_processed = ?::integer,"
                                        + " qa_attempts = ?::integer, qa_correct = ?::integer, vocabulary_learned = ?::integer");
                        values.addAll(cells(said.counts()));
                    }
                }
            }
            values.add(id);
            lastSaid.put(id, said);
            model.write(id, said);
            var updated = sql(
                    "UPDATE public.sessions SET " + String.join(", ", assignments) + " WHERE id = ?", values.toArray());
            assertThat(updated).isEqualTo(1);
        }

        private static List<Object> cells(Counts counts) {
            return Arrays.asList(
                    counts.descriptions(), counts.images(), counts.attempts(), counts.correct(), counts.vocabulary());
        }

        private static String rows(int rows) {
            return String.join(", ", Collections.nCopies(rows, ROW));
        }

        private UUID uuid() {
            return new UUID(random.nextLong(), random.nextLong());
        }

        private <T> T any(List<T> from) {
            return from.get(random.nextInt(from.size()));
        }

        private UUID anyUser() {
            return random.nextInt(6) == 0 ? null : any(users);
        }

        private String anyPhase() {
            return any(Arrays.asList("new", "learning", "review", "mastered", null));
        }

        private UUID existing() {
            var here = ids.stream().filter(model.sessions::containsKey).toList();
            return here.isEmpty() ? null : any(here);
        }

        private UUID existingWord() {
            var here = wordIds.stream().filter(model.words::containsKey).toList();
            return here.isEmpty() ? null : any(here);
        }

        private Said anything() {
            var open = random.nextInt(3) == 0;
            var start = open ? moment() : anyStart();
            var end = open ? null : random.nextInt(20) == 0 ? ProgressModel.FOREVER : after(start);
            return new Said(anyUser(), start, end, counts());
        }

        /** An open session meets no infinity: the application's trigger could not compute its duration. */
        private Said finite(Said said) {
            var start = said.start() == null || ProgressModel.isFinite(said.start()) ? said.start() : moment();
            var end = said.end() == null || ProgressModel.isFinite(said.end()) ? said.end() : moment();
            return said.from(start).until(end);
        }

        private Counts counts() {
            return new Counts(counter(), counter(), counter(), counter(), counter());
        }

        private Counts oneOther(Counts counts) {
            int which = random.nextInt(5);
            return new Counts(
                    which == 0 ? counter() : counts.descriptions(),
                    which == 1 ? counter() : counts.images(),
                    which == 2 ? counter() : counts.attempts(),
                    which == 3 ? counter() : counts.correct(),
                    which == 4 ? counter() : counts.vocabulary());
        }

        private Integer counter() {
            return switch (random.nextInt(40)) {
                case 0 -> Integer.MAX_VALUE;
                case 1, 2, 3 -> -random.nextInt(50);
                case 4, 5, 6, 7, 8, 9, 10 -> null;
                default -> random.nextInt(30);
            };
        }

        private Instant moment() {
            return Instant.now()
                    .truncatedTo(ChronoUnit.DAYS)
                    .plus(Duration.ofDays(2))
                    .minusSeconds(random.nextInt(8 * 86_400))
                    .plusNanos(random.nextInt(1_000_000) * 1000L);
        }

        private Instant anyStart() {
            return switch (random.nextInt(12)) {
                case 0 -> null;
                case 1 -> ProgressModel.SINCE_EVER;
                case 2 -> ProgressModel.FOREVER;
                default -> moment();
            };
        }

        private Instant after(Instant start) {
            return start == null || !ProgressModel.isFinite(start)
                    ? moment()
                    : start.plusSeconds(random.nextInt(4000) - 500).plusNanos(random.nextInt(1_000_000) * 1000L);
        }

        private static String text(Instant moment) {
            if (moment == null) {
                return null;
            }
            return moment.equals(ProgressModel.FOREVER)
                    ? "infinity"
                    : moment.equals(ProgressModel.SINCE_EVER) ? "-infinity" : moment.toString();
        }

        private void check() throws SQLException {
            assertThat(ProgressOracle.drift(owner)).isEmpty();
            var shown = new HashMap<UUID, String[]>();
            for (var row : owner.rows(PROGRESS)) {
                var cells = row.split(" \\| ", 5);
                shown.put(UUID.fromString(cells[0]), cells);
            }
            assertThat(shown.keySet()).isEqualTo(model.users());
            for (var user : model.users()) {
                var cells = shown.get(user);
                assertThat(cells[4]).as("progress of %s", user).isEqualTo(model.row(user));
                assertThat(Integer.valueOf(cells[1]))
                        .as("current streak of %s", user)
                        .isIn(model.currentStreaks(user));
                var identity = cells[2] + " | " + cells[3];
                assertThat(identity).isEqualTo(identities.getOrDefault(user, identity));
                identities.put(user, identity);
            }
            assertThat(owner.rows(RECORDED_DAYS)).isEqualTo(model.recordedDays());
        }

        private void endBrokenStreaks() throws SQLException {
            var from = Instant.now().minus(MARGIN);
            owner.rows("SELECT satchel.end_broken_streaks(1000000)");
            var to = Instant.now().plus(MARGIN);
            for (var user : model.users()) {
                assertThat(Integer.valueOf(owner.value(
                                "SELECT current_streak_days FROM public.user_progress WHERE user_id = ?", user)))
                        .as("current streak of %s", user)
                        .isIn(model.current(user, from), model.current(user, to));
            }
            assertThat(ProgressOracle.drift(owner)).isEmpty();
        }

        private void leaveNothing() throws SQLException {
            owner.run("DELETE FROM public.users");
            assertThat(owner.value("""
                    SELECT (SELECT count(*) FROM public.user_progress), (SELECT count(*) FROM satchel.session_contribution),
                           (SELECT count(*) FROM satchel.progress_total), (SELECT count(*) FROM satchel.user_zone)
                    """)).isEqualTo("0 | 0 | 0 | 0");
            owner.run("DELETE FROM public.sessions");
            owner.run("DELETE FROM public.vocabulary_items");
        }
    }
}
