package dev.satchel.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Period;
import dev.satchel.record.filter.Phase;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every implementation of {@link UserRecords} does.
 *
 * <p>The database of a test starts without users and has every dataset; sessions have the columns {@code id} and {@code
 * started_at}, words {@code spanish_text}, {@code difficulty_level}, {@code learning_phase}.
 */
public abstract class UserRecordsContract {

    /** Fewer than all: enough for each rule, and cheap in every implementation. */
    private static final List<Dataset> SOME =
            List.of(LearningDatasets.SESSIONS, LearningDatasets.PROFILE, LearningDatasets.VOCABULARY);

    protected abstract UserRecords records() throws Exception;

    /** Adds a user with a profile. */
    protected abstract UserId addUser() throws Exception;

    protected abstract UUID addSession(UserId owner, Instant startedAt) throws Exception;

    /** Adds a word the user studies. */
    protected abstract void addWord(UserId owner, String spanish, Difficulty difficulty, Phase phase) throws Exception;

    /** Makes the database lack the table of learning analytics. */
    protected abstract void dropAnalytics() throws Exception;

    @Test
    void pushesTheDatasetsInTheOrderAskedFor() throws Exception {
        RecordingSink sink = new RecordingSink();

        records().read(addUser(), SOME, ExportFilters.NONE, sink, new AbortSignal());

        assertThat(sink.datasets()).isEqualTo(SOME);
    }

    @Test
    void pushesEveryDatasetThereIs() throws Exception {
        RecordingSink sink = new RecordingSink();

        UserRecords.Snapshot snapshot =
                records().read(addUser(), LearningTypes.ALL.datasets(), ExportFilters.NONE, sink, new AbortSignal());

        assertThat(sink.datasets()).containsExactlyElementsOf(LearningDatasets.ALL);
        assertThat(snapshot.absent()).isEmpty();
    }

    @Test
    void countsTheRecordsOfEachDataset() throws Exception {
        UserId user = addUser();
        addSession(user, Instant.parse("2026-01-01T10:00:00Z"));
        addSession(user, Instant.parse("2026-01-02T10:00:00Z"));
        RecordingSink sink = new RecordingSink();

        UserRecords.Snapshot snapshot = records().read(user, SOME, ExportFilters.NONE, sink, new AbortSignal());

        assertThat(snapshot.records())
                .containsOnly(
                        entry(LearningDatasets.SESSIONS, 2L),
                        entry(LearningDatasets.PROFILE, 1L),
                        entry(LearningDatasets.VOCABULARY, 0L));
        assertThat(sink.rows(LearningDatasets.SESSIONS)).hasSize(2);
        assertThat(sink.values(LearningDatasets.PROFILE, "id")).containsExactly(user.value());
    }

    @Test
    void pushesNoRecordsOfOtherUsers() throws Exception {
        UserId user = addUser();
        UserId other = addUser();
        UUID own = addSession(user, Instant.parse("2026-01-01T10:00:00Z"));
        addSession(other, Instant.parse("2026-01-01T10:00:00Z"));
        addWord(user, "gato", Difficulty.BEGINNER, Phase.NEW);
        addWord(other, "perro", Difficulty.BEGINNER, Phase.NEW);
        RecordingSink sink = new RecordingSink();

        records().read(user, SOME, ExportFilters.NONE, sink, new AbortSignal());

        assertThat(sink.values(LearningDatasets.PROFILE, "id")).containsExactly(user.value());
        assertThat(sink.values(LearningDatasets.SESSIONS, "id")).containsExactly(own);
        assertThat(sink.values(LearningDatasets.VOCABULARY, "spanish_text")).containsExactly("gato");
    }

    @Test
    void pushesTheColumnsOfADatasetWithoutRecords() throws Exception {
        RecordingSink empty = new RecordingSink();
        RecordingSink full = new RecordingSink();
        UserId user = addUser();

        records().read(user, SOME, ExportFilters.NONE, empty, new AbortSignal());
        addSession(user, Instant.parse("2026-01-01T10:00:00Z"));
        records().read(user, SOME, ExportFilters.NONE, full, new AbortSignal());

        assertThat(empty.rows(LearningDatasets.SESSIONS)).isEmpty();
        assertThat(full.rows(LearningDatasets.SESSIONS)).hasSize(1);
        assertThat(empty.columns(LearningDatasets.SESSIONS)).isEqualTo(full.columns(LearningDatasets.SESSIONS));
    }

    @Test
    void findsNothingOfAUserWhoDoesNotExist() throws Exception {
        addSession(addUser(), Instant.parse("2026-01-01T10:00:00Z"));
        RecordingSink sink = new RecordingSink();

        UserRecords.Snapshot snapshot =
                records().read(new UserId(UUID.randomUUID()), SOME, ExportFilters.NONE, sink, new AbortSignal());

        assertThat(snapshot.records().values()).containsOnly(0L);
        assertThat(sink.datasets()).isEqualTo(SOME);
    }

    @Test
    void namesADatasetThatTheDatabaseLacksAndPushesNothingOfIt() throws Exception {
        UserId user = addUser();
        dropAnalytics();
        RecordingSink sink = new RecordingSink();

        UserRecords.Snapshot snapshot = records()
                .read(
                        user,
                        List.of(LearningDatasets.ANALYTICS, LearningDatasets.PROFILE),
                        ExportFilters.NONE,
                        sink,
                        new AbortSignal());

        assertThat(snapshot.absent()).containsExactly(LearningDatasets.ANALYTICS);
        assertThat(snapshot.records()).containsOnly(entry(LearningDatasets.PROFILE, 1L));
        assertThat(sink.datasets()).containsExactly(LearningDatasets.PROFILE);
    }

    @Test
    void takesThePeriodFromItsFirstInstantUpToTheEndOfItsLastDay() throws Exception {
        UserId user = addUser();
        ZoneId kathmandu = ZoneId.of("Asia/Kathmandu");
        Period days = new Period(LocalDate.parse("2026-01-10"), LocalDate.parse("2026-01-11"), kathmandu);
        addSession(user, Instant.parse("2026-01-09T18:14:59.999999Z"));
        UUID first = addSession(user, Instant.parse("2026-01-09T18:15:00Z"));
        UUID last = addSession(user, Instant.parse("2026-01-11T18:14:59.999999Z"));
        addSession(user, Instant.parse("2026-01-11T18:15:00Z"));
        RecordingSink sink = new RecordingSink();

        records().read(user, SOME, new ExportFilters(days, null, null), sink, new AbortSignal());

        assertThat(sink.values(LearningDatasets.SESSIONS, "id")).containsExactly(first, last);
    }

    @Test
    void leavesAPeriodOpenWhereItHasNoDay() throws Exception {
        UserId user = addUser();
        ZoneId utc = ZoneId.of("UTC");
        UUID early = addSession(user, Instant.parse("1999-12-31T23:59:59Z"));
        UUID late = addSession(user, Instant.parse("2000-01-01T00:00:00Z"));

        assertThat(sessions(user, new Period(null, LocalDate.parse("1999-12-31"), utc)))
                .containsExactly(early);
        assertThat(sessions(user, new Period(LocalDate.parse("2000-01-01"), null, utc)))
                .containsExactly(late);
        assertThat(sessions(user, new Period(LocalDate.parse("0001-01-01"), LocalDate.parse("9999-12-31"), utc)))
                .containsExactly(early, late);
    }

    private List<Object> sessions(UserId user, Period days) throws Exception {
        RecordingSink sink = new RecordingSink();
        records()
                .read(
                        user,
                        List.of(LearningDatasets.SESSIONS),
                        new ExportFilters(days, null, null),
                        sink,
                        new AbortSignal());
        return sink.values(LearningDatasets.SESSIONS, "id");
    }

    @Test
    void takesADatasetWithoutDatesWholeWhateverThePeriod() throws Exception {
        UserId user = addUser();
        Period past = new Period(LocalDate.parse("1900-01-01"), LocalDate.parse("1900-01-02"), ZoneId.of("UTC"));
        RecordingSink sink = new RecordingSink();

        records().read(user, SOME, new ExportFilters(past, null, null), sink, new AbortSignal());

        assertThat(sink.values(LearningDatasets.PROFILE, "id")).containsExactly(user.value());
    }

    @ParameterizedTest
    @EnumSource
    void takesTheWordsOfADifficultyAndEverythingElseWhole(Difficulty wanted) throws Exception {
        UserId user = addUser();
        for (Difficulty difficulty : Difficulty.values()) {
            addWord(user, difficulty.code(), difficulty, Phase.NEW);
        }
        RecordingSink sink = new RecordingSink();

        records().read(user, SOME, new ExportFilters(null, wanted, null), sink, new AbortSignal());

        assertThat(sink.values(LearningDatasets.VOCABULARY, "spanish_text")).containsExactly(wanted.code());
        assertThat(sink.rows(LearningDatasets.PROFILE)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void takesTheWordsOfAPhaseAndEverythingElseWhole(Phase wanted) throws Exception {
        UserId user = addUser();
        for (Phase phase : Phase.values()) {
            addWord(user, phase.code(), Difficulty.ADVANCED, phase);
        }
        RecordingSink sink = new RecordingSink();

        records().read(user, SOME, new ExportFilters(null, null, wanted), sink, new AbortSignal());

        assertThat(sink.values(LearningDatasets.VOCABULARY, "spanish_text")).containsExactly(wanted.code());
        assertThat(sink.rows(LearningDatasets.PROFILE)).hasSize(1);
    }

    @Test
    void takesTheWordsThatPassBothFilters() throws Exception {
        UserId user = addUser();
        addWord(user, "casa", Difficulty.BEGINNER, Phase.NEW);
        addWord(user, "perro", Difficulty.BEGINNER, Phase.REVIEW);
        addWord(user, "nube", Difficulty.ADVANCED, Phase.REVIEW);
        RecordingSink sink = new RecordingSink();

        records().read(user, SOME, new ExportFilters(null, Difficulty.BEGINNER, Phase.REVIEW), sink, new AbortSignal());

        assertThat(sink.values(LearningDatasets.VOCABULARY, "spanish_text")).containsExactly("perro");
    }

    @Test
    void hashesWhatItPushesIfTheSinkAsksForIt() throws Exception {
        UserId user = addUser();
        addSession(user, Instant.parse("2026-01-01T10:00:00Z"));
        addSession(user, Instant.parse("2026-01-02T10:00:00.000001Z"));
        addWord(user, "niño, \"gato\"", Difficulty.BEGINNER, Phase.NEW);
        addSession(addUser(), Instant.parse("2026-01-01T10:00:00Z"));
        RecordingSink sink = RecordingSink.hashing();

        UserRecords.Snapshot snapshot = records().read(user, SOME, ExportFilters.NONE, sink, new AbortSignal());

        assertThat(snapshot.hashes()).isEqualTo(sink.hashes()).hasSize(3);
        assertThat(snapshot.hashes().get(LearningDatasets.SESSIONS))
                .matches("[0-9a-f]{32}")
                .isNotEqualTo("0".repeat(32));
        assertThat(records()
                        .read(user, SOME, ExportFilters.NONE, new RecordingSink(), new AbortSignal())
                        .hashes())
                .isEmpty();
    }

    @Test
    void pushesNothingDerivedForPortability() throws Exception {
        UserId user = addUser();
        addWord(user, "gato", Difficulty.BEGINNER, Phase.NEW);
        ExportFilters portability = ExportFilters.of(Map.of("profile", "portability"));
        RecordingSink sink = RecordingSink.hashing();
        List<Dataset> all = LearningTypes.ALL.datasets();

        UserRecords.Snapshot snapshot = records().read(user, all, portability, sink, new AbortSignal());

        assertThat(sink.datasets())
                .containsExactlyElementsOf(all.stream()
                        .filter(dataset -> dataset.isIn(ExportFilters.Profile.PORTABILITY))
                        .toList());
        assertThat(sink.datasets().stream().flatMap(dataset -> sink.columns(dataset).stream()))
                .extracting(Column::origin)
                .doesNotContain(Column.Origin.DERIVED);
        assertThat(sink.values(LearningDatasets.VOCABULARY, "spanish_text")).containsExactly("gato");
        assertThat(snapshot.records().keySet()).containsExactlyElementsOf(sink.datasets());
        assertThat(snapshot.hashes()).isEqualTo(sink.hashes());
        assertThat(snapshot.absent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"beginDataset", "beginRecord", "uuid", "text", "instant", "endRecord", "endDataset"})
    void throwsAnExceptionOfTheSinkUnchangedAndCanReadAgain(String call) throws Exception {
        UserId user = addUser();
        addSession(user, Instant.parse("2026-01-01T10:00:00Z"));
        addSession(user, Instant.parse("2026-01-02T10:00:00Z"));
        addWord(user, "gato", Difficulty.BEGINNER, Phase.NEW);
        UserRecords records = records();
        IOException full = new IOException("the disk is full");
        IllegalStateException stopped = new IllegalStateException("told to stop");

        assertThatThrownBy(() -> records.read(user, SOME, ExportFilters.NONE, throwing(call, full), new AbortSignal()))
                .isSameAs(full);
        assertThatThrownBy(
                        () -> records.read(user, SOME, ExportFilters.NONE, throwing(call, stopped), new AbortSignal()))
                .isSameAs(stopped);

        RecordingSink sink = new RecordingSink();
        records.read(user, SOME, ExportFilters.NONE, sink, new AbortSignal());
        assertThat(sink.rows(LearningDatasets.SESSIONS)).hasSize(2);
    }

    private static RecordSink throwing(String call, Exception exception) {
        RecordingSink sink = new RecordingSink();
        return (RecordSink) Proxy.newProxyInstance(
                RecordSink.class.getClassLoader(), new Class<?>[] {RecordSink.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        throw exception;
                    }
                    try {
                        return method.invoke(sink, arguments);
                    } catch (InvocationTargetException refused) {
                        throw refused.getCause();
                    }
                });
    }
}
