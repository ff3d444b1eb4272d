package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.UserRecords;
import dev.satchel.record.filter.Period;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** In which state reading leaves a pooled connection, and how it treats one that comes in another state. */
class RecordConnectionIT extends PostgresRecordsFixture {

    @Nested
    class ThePooledConnection {

        @Test
        void returnsUnchanged() throws Exception {
            UserId user = addUser();
            fill(user);
            IOException full = new IOException("the disk is full");
            try (SingleConnectionDataSource pool = pool("SET statement_timeout = '7min'")) {
                List<Object> fresh = state(pool);
                UserRecords records = new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG);

                all(user, records);
                List<Object> afterSuccess = state(pool);
                RecordSink failing = before("endRecord", new RecordingSink(), () -> {
                    throw full;
                });
                assertThatThrownBy(() -> records.read(
                                user,
                                List.of(LearningDatasets.INTERACTIONS),
                                ExportFilters.NONE,
                                failing,
                                new AbortSignal()))
                        .isSameAs(full);
                List<Object> afterFailure = state(pool);
                run("REVOKE SELECT ON public.sessions FROM authenticated");
                assertThatThrownBy(() -> all(user, records)).isInstanceOf(DataAccessException.class);
                List<Object> afterRefusal = state(pool);

                assertThat(fresh).contains("7min", "read committed", "off", true);
                assertThat(afterSuccess).isEqualTo(fresh);
                assertThat(afterFailure).isEqualTo(fresh);
                assertThat(afterRefusal).isEqualTo(fresh);
            }
        }

        private List<Object> state(DataSource pool) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                boolean autoCommit = connection.getAutoCommit();
                String settings = JdbcClient.create(pool)
                        .sql("SELECT concat_ws('|', pg_backend_pid(), current_user,"
                                + " current_setting('transaction_isolation'),"
                                + " current_setting('transaction_read_only'),"
                                + " current_setting('statement_timeout'), current_setting('row_security'),"
                                + " nullif(current_setting('request.jwt.claims', true), ''),"
                                + " nullif(current_setting('request.jwt.claim.sub', true), ''))")
                        .query(String.class)
                        .single();
                List<Object> state = new ArrayList<>(List.of((Object[]) settings.split("\\|")));
                state.add(autoCommit);
                state.add(connection.isReadOnly());
                state.add(connection.getTransactionIsolation());
                return state;
            }
        }

        @Test
        void mayHaveAutoCommitOff() throws Exception {
            UserId user = addUser();
            try (SingleConnectionDataSource pool = pool("SET statement_timeout = '7min'")) {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                }

                all(user, new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG));
                RecordingSink again = all(user, new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG));

                assertThat(again.rows(LearningDatasets.PROFILE)).hasSize(1);
                try (Connection connection = pool.getConnection()) {
                    assertThat(connection.getAutoCommit()).isFalse();
                }
            }
        }

        @Test
        void mayHaveAnyZoneStyleClaimAndRowSecurity() throws Exception {
            UserId user = addUser();
            fill(user);
            run(
                    "INSERT INTO public.sessions (user_id, session_type, started_at) VALUES (?, 'qa',"
                            + " '2026-03-08 10:30:00.000001+00')",
                    user.value());
            run("INSERT INTO public.user_settings (user_id) VALUES (?)", user.value());
            ExportFilters march = new ExportFilters(
                    new Period(LocalDate.parse("2026-03-08"), LocalDate.parse("2026-03-08"), ZoneId.of("UTC")),
                    null,
                    null);
            RecordingSink plain = all(user);
            try (SingleConnectionDataSource pool = pool(
                    "SET TIME ZONE 'America/Los_Angeles'",
                    "SET DateStyle = 'ISO, DMY'",
                    "SET IntervalStyle = 'sql_standard'",
                    "SET row_security = off",
                    "SET \"request.jwt.claim.sub\" = '" + addUser() + "'")) {
                RecordingSink odd = all(user, new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG));
                RecordingSink filtered = new RecordingSink();
                new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG)
                        .read(user, List.of(LearningDatasets.SESSIONS), march, filtered, new AbortSignal());

                for (Dataset dataset : LearningDatasets.ALL) {
                    assertThat(odd.rows(dataset)).isEqualTo(plain.rows(dataset));
                }
                assertThat(filtered.values(LearningDatasets.SESSIONS, "started_at"))
                        .containsExactly(Instant.parse("2026-03-08T10:30:00.000001Z"));
            }
        }

        @Test
        void mayBreakWithoutHidingTheFirstFailure() throws Exception {
            UserId user = addUser();
            fill(user);
            IOException full = new IOException("the disk is full");
            RecordSink breaking = before("endRecord", new RecordingSink(), () -> {
                terminateWorkers();
                throw full;
            });

            assertThatThrownBy(() -> records()
                            .read(
                                    user,
                                    List.of(LearningDatasets.INTERACTIONS),
                                    ExportFilters.NONE,
                                    breaking,
                                    new AbortSignal()))
                    .isSameAs(full)
                    .satisfies(thrown ->
                            assertThat(thrown.getSuppressed()).isNotEmpty().allMatch(SQLException.class::isInstance));
        }

        @Test
        void isReportedWhenItBreaks() throws Exception {
            UserId user = addUser();
            fill(user);
            RecordSink breaking = before("beginRecord", new RecordingSink(), new Hook() {
                private boolean broken;

                @Override
                public void run() {
                    if (!broken) {
                        broken = true;
                        terminateWorkers();
                    }
                }
            });

            assertThatThrownBy(() -> records()
                            .read(
                                    user,
                                    List.of(LearningDatasets.INTERACTIONS),
                                    ExportFilters.NONE,
                                    breaking,
                                    new AbortSignal()))
                    .isInstanceOf(DataAccessException.class)
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isIn("57P01", "08006"));
        }

        @Test
        @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
        void isGivenUpWhereverTheDriverRunsOutOfMemory() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.parse("2026-03-08T10:30:00Z"));
            List<Throwable> failures = new ArrayList<>();
            boolean whole = false;
            while (!whole) {
                try (SingleConnectionDataSource pool = new SingleConnectionDataSource(fragile(), true)) {
                    Connection connection = pool.getConnection();
                    MemoryShortage.isAfterReads(failures.size());
                    try {
                        all(user, new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG));
                        whole = true;
                    } catch (OutOfMemoryError noMemory) {
                        failures.add(noMemory);
                        assertThat(connection.isClosed()).isTrue();
                    } catch (DataAccessException reported) {
                        // The driver has read the rest of the answer.
                        failures.add(reported);
                    } finally {
                        MemoryShortage.isOver();
                    }
                }
            }

            assertThat(failures).hasSizeGreaterThan(10).hasAtLeastOneElementOfType(OutOfMemoryError.class);
        }

        private Connection fragile() throws SQLException {
            PGSimpleDataSource fragile = database.workerDataSource();
            fragile.setSocketFactory(MemoryShortage.class.getName());
            return fragile.getConnection();
        }

        private void terminateWorkers() {
            JdbcClient.create(database.superuserDataSource())
                    .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE usename = ? AND datname = current_database()")
                    .param(database.workerUser())
                    .query()
                    .listOfRows();
        }

        private SingleConnectionDataSource pool(String... settings) throws SQLException {
            Connection connection = database.workerDataSource().getConnection();
            try (Statement statement = connection.createStatement()) {
                for (String setting : settings) {
                    statement.execute(setting);
                }
            }
            return new SingleConnectionDataSource(connection, true);
        }

        // More than fits between the server and a client that stops reading.
        private void fill(UserId user) {
            run(
                    "INSERT INTO public.user_interactions (user_id, interaction_type, action, page_url, timestamp)"
                            + " SELECT ?, 'click', 'n', repeat('x', 2000), TIMESTAMPTZ '2026-01-01' + n * INTERVAL '1 s'"
                            + " FROM generate_series(1, 10000) AS n",
                    user.value());
        }
    }
}
