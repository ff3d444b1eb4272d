package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.SnapshotTooOldException;
import dev.satchel.record.UserRecords;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** How reading sees one moment of the database while others write. */
class RecordSnapshotIT extends PostgresRecordsFixture {

    @Nested
    class TheSnapshot {

        @Test
        void staysAsItWasWhileOthersWrite() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            RecordingSink sink = new RecordingSink();
            Instant before = now();
            RecordSink writing = before("endDataset", sink, () -> {
                addSession(user, Instant.EPOCH.plusSeconds(1));
                run("UPDATE public.users SET full_name = 'Later' WHERE id = ?", user.value());
                run(
                        "INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, current_date)"
                                + " ON CONFLICT DO NOTHING",
                        user.value());
            });

            UserRecords.Snapshot snapshot = records()
                    .read(
                            user,
                            List.of(
                                    LearningDatasets.API_KEYS,
                                    LearningDatasets.SESSIONS,
                                    LearningDatasets.PROFILE,
                                    LearningDatasets.ANALYTICS),
                            ExportFilters.NONE,
                            writing,
                            new AbortSignal());

            assertThat(sink.rows(LearningDatasets.SESSIONS)).hasSize(1);
            assertThat(sink.values(LearningDatasets.PROFILE, "full_name")).containsExactly((Object) null);
            assertThat(sink.rows(LearningDatasets.ANALYTICS)).isEmpty();
            assertThat(all(user).rows(LearningDatasets.SESSIONS)).hasSize(5);
            assertThat(snapshot.takenAt()).isBetween(before, now());
        }

        private Instant now() {
            return owner.sql("SELECT clock_timestamp()")
                    .query(OffsetDateTime.class)
                    .single()
                    .toInstant();
        }

        @Test
        void tellsTheVersionOfTheTables() throws Exception {
            String newest = owner.sql("SELECT max(version) FROM satchel.flyway_schema_history WHERE success")
                    .query(String.class)
                    .single();

            UserRecords.Snapshot snapshot = records()
                    .read(
                            addUser(),
                            List.of(LearningDatasets.PROFILE),
                            ExportFilters.NONE,
                            new RecordingSink(),
                            new AbortSignal());

            assertThat(snapshot.schemaVersion()).isEqualTo(newest);
        }

        @Test
        void endsWhenAStatementWaitsTooLong() throws Exception {
            UserId user = addUser();
            try (Connection blocker = database.ownerDataSource().getConnection();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE");

                assertThatThrownBy(() -> all(
                                user,
                                new PostgresUserRecords(
                                        database.workerDataSource(),
                                        PostgresDatasets.builtIn(),
                                        Duration.ofMillis(400))))
                        .isExactlyInstanceOf(SnapshotTooOldException.class)
                        .hasMessageContaining("took longer than PT0.4S")
                        .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("57014"));
            }
        }

        @Test
        void distinguishesAnOperatorsCancelFromItsOwnTimeLimit() throws Exception {
            UserId user = addUser();
            ExecutorService reader = Executors.newSingleThreadExecutor();
            try (Connection blocker = database.ownerDataSource().getConnection();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE");

                Future<?> reading = reader.submit(() -> all(user));
                while (!reading.isDone() && cancelWaiting() == 0) {
                    Thread.onSpinWait();
                }

                assertThatThrownBy(reading::get)
                        .cause()
                        .isInstanceOf(DataAccessException.class)
                        .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("57014"));
            } finally {
                reader.shutdownNow();
            }
        }

        private int cancelWaiting() {
            return JdbcClient.create(database.superuserDataSource())
                    .sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                            + " WHERE usename = ? AND datname = current_database() AND wait_event_type = 'Lock'")
                    .param(database.workerUser())
                    .query()
                    .listOfRows()
                    .size();
        }

        @Test
        void doesNotWaitForALockForever() throws Exception {
            UserId user = addUser();
            try (Connection blocker = database.ownerDataSource().getConnection();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE");

                assertThatThrownBy(() -> all(user))
                        .isInstanceOf(DataAccessException.class)
                        .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("55P03"));
            }
        }

        @Test
        void outlivesTheLimitsThatOthersSetForATransaction() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            RecordSink slow = before("endDataset", new RecordingSink(), () -> Thread.sleep(300));
            try (Connection connection = database.workerDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT set_config(name, '200ms', false) FROM pg_settings"
                        + " WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')");
                SingleConnectionDataSource limited = new SingleConnectionDataSource(connection, true);

                UserRecords.Snapshot snapshot = new PostgresUserRecords(limited, PostgresDatasets.builtIn(), LONG)
                        .read(
                                user,
                                List.of(LearningDatasets.PROFILE, LearningDatasets.SESSIONS),
                                ExportFilters.NONE,
                                slow,
                                new AbortSignal());

                assertThat(snapshot.records()).containsEntry(LearningDatasets.SESSIONS, 1L);
            }
        }

        @Test
        void endsWhenTheSinkTakesTooLong() throws Exception {
            UserId user = addUser();
            for (int i = 0; i < 3; i++) {
                addSession(user, Instant.EPOCH);
            }
            run("UPDATE public.sessions SET user_agent = repeat('long ', 20000)");
            Duration limit = Duration.ofMillis(400);
            AtomicInteger read = new AtomicInteger();
            RecordSink slow = before("endRecord", new RecordingSink(), () -> {
                read.incrementAndGet();
                Thread.sleep(limit.toMillis() + 100);
            });
            UserRecords records =
                    new PostgresUserRecords(database.workerDataSource(), PostgresDatasets.builtIn(), limit);

            assertThatThrownBy(() -> records.read(
                            user, List.of(LearningDatasets.SESSIONS), ExportFilters.NONE, slow, new AbortSignal()))
                    .isExactlyInstanceOf(SnapshotTooOldException.class)
                    .hasMessageContaining("took longer than PT0.4S");
            assertThat(read)
                    .as("one record, or none where the server used up the limit")
                    .hasValueLessThan(3);
        }

        @Test
        void needsAPositiveMaximumAge() {
            assertThatThrownBy(() -> new PostgresUserRecords(
                            database.workerDataSource(), PostgresDatasets.builtIn(), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the age of a snapshot must be positive, was PT0S");
        }
    }

    @Nested
    class TablesThatChangeBetweenTwoReadings {

        private final List<Dataset> datasets =
                List.of(LearningDatasets.SESSIONS, LearningDatasets.ANALYTICS, LearningDatasets.VOCABULARY);

        private UserId user;
        private UserRecords records;

        @BeforeEach
        void readOnce() throws Exception {
            user = addUser();
            addSession(user, Instant.EPOCH);
            addWord(user, "la mesa", Difficulty.BEGINNER, Phase.NEW);
            records = records();
            assertThat(columns(read())).contains("user_agent");
        }

        private RecordingSink read() throws Exception {
            RecordingSink sink = new RecordingSink();
            records.read(user, datasets, ExportFilters.NONE, sink, new AbortSignal());
            return sink;
        }

        private List<String> columns(RecordingSink sink) {
            return sink.columns(LearningDatasets.SESSIONS).stream()
                    .map(Column::name)
                    .toList();
        }

        @Test
        void loseAColumnAndGetItBack() throws Exception {
            run("ALTER TABLE public.sessions DROP COLUMN user_agent");
            assertThat(columns(read())).doesNotContain("user_agent").contains("ip_address");

            run("ALTER TABLE public.sessions ADD COLUMN user_agent text DEFAULT 'again'");
            assertThat(read().values(LearningDatasets.SESSIONS, "user_agent")).containsExactly("again");
        }

        @Test
        void swapTheNamesOfTwoColumns() throws Exception {
            run("UPDATE public.sessions SET user_agent = 'agent', device_type = 'device'");
            run("ALTER TABLE public.sessions RENAME COLUMN user_agent TO swapped");
            run("ALTER TABLE public.sessions RENAME COLUMN device_type TO user_agent");
            run("ALTER TABLE public.sessions RENAME COLUMN swapped TO device_type");

            RecordingSink sink = read();

            assertThat(sink.values(LearningDatasets.SESSIONS, "user_agent")).containsExactly("device");
            assertThat(sink.values(LearningDatasets.SESSIONS, "device_type")).containsExactly("agent");
        }

        @Test
        void goAndComeBack() throws Exception {
            run("ALTER TABLE public.learning_analytics RENAME TO gone");
            UserRecords.Snapshot without =
                    records.read(user, datasets, ExportFilters.NONE, new RecordingSink(), new AbortSignal());
            assertThat(without.absent()).containsExactly(LearningDatasets.ANALYTICS);

            run("ALTER TABLE public.gone RENAME TO learning_analytics");
            UserRecords.Snapshot with =
                    records.read(user, datasets, ExportFilters.NONE, new RecordingSink(), new AbortSignal());
            assertThat(with.absent()).isEmpty();
            assertThat(with.records()).containsKey(LearningDatasets.ANALYTICS);
        }

        @Test
        void mayNotBeReadAnyMore() throws Exception {
            run("REVOKE SELECT ON public.sessions FROM authenticated");
            assertThatThrownBy(this::read)
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("42501"));

            run("GRANT SELECT ON public.sessions TO authenticated");
            assertThat(read().rows(LearningDatasets.SESSIONS)).hasSize(1);
        }

        @Test
        void stayAsTheyAreWhileTheyAreRead() throws Exception {
            RecordingSink sink = new RecordingSink();
            RecordSink changing = before(
                    "beginDataset",
                    sink,
                    () -> assertThatThrownBy(() -> run(
                                    "SET lock_timeout = '50ms'; ALTER TABLE public.sessions DROP COLUMN user_agent"))
                            .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("55P03")));

            records.read(user, datasets, ExportFilters.NONE, changing, new AbortSignal());

            assertThat(columns(sink)).contains("user_agent");
        }

        @Test
        void hideTheirVersion() throws Exception {
            run("REVOKE SELECT ON satchel.flyway_schema_history FROM satchel_exports, satchel_vault, satchel_rotation");

            UserRecords.Snapshot snapshot =
                    records.read(user, datasets, ExportFilters.NONE, new RecordingSink(), new AbortSignal());

            assertThat(snapshot.schemaVersion()).isEqualTo("unknown");
        }
    }
}
