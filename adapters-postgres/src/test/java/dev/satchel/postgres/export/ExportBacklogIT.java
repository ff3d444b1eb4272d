package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.Requests;
import dev.satchel.export.StaleExportException;
import dev.satchel.migrations.OwnThread;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How {@link PostgresExportHistory} orders the queue, and what concurrent workers and requests get. */
class ExportBacklogIT extends PostgresExportFixture {

    @Nested
    class Races {

        /** Runs the step while another session holds a lock, and lets that session go on once the step waits. */
        private <T> T whileLocked(Statement other, Step<T> step) throws Exception {
            CompletableFuture<T> waiting = CompletableFuture.supplyAsync(step::take, OwnThread::start);
            JdbcClient watcher = JdbcClient.create(postgres.database().superuserDataSource());
            long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (watcher.sql("""
                            SELECT count(*)
                              FROM pg_stat_activity
                             WHERE datname = current_database()
                               AND wait_event_type = 'Lock'
                            """).query(Integer.class).single() == 0) {
                assertThat(System.nanoTime()).as("nothing waits for the lock").isLessThan(giveUp);
                TimeUnit.MILLISECONDS.sleep(10);
            }
            other.execute("COMMIT");
            return waiting.get(20, TimeUnit.SECONDS);
        }

        private interface Step<T> {
            T take();
        }

        @Test
        void refusesAWorkerThatWaitedWhileItsLeaseWasReclaimed() throws Exception {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing slow = claimed();
            try (Connection connection = postgres.database().workerDataSource().getConnection();
                    Statement other = connection.createStatement()) {
                other.execute("BEGIN");
                other.execute("UPDATE public.export_history SET status = 'pending'");
                other.execute("UPDATE public.export_history SET status = 'processing'");
                other.execute("UPDATE satchel.export_lease SET token = gen_random_uuid(), attempt = attempt + 1");

                boolean stale = whileLocked(other, () -> {
                    try {
                        postgres.history().complete(slow, Exports.anyFileOf(slow), RETENTION);
                        return false;
                    } catch (StaleExportException fenced) {
                        return true;
                    }
                });

                assertThat(stale).isTrue();
                assertThat(entry(slow.id()).status()).isEqualTo("processing");
            }
        }

        @Test
        void findsACompletionWhoseAnswerWasLostWhileItStillRuns() throws Exception {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            DeliveredFile file = Exports.anyFileOf(export);
            try (Connection connection = postgres.database().ownerDataSource().getConnection();
                    Statement other = connection.createStatement()) {
                other.execute("BEGIN");
                other.execute("UPDATE public.export_history SET status = 'completed', completed_at = now(),"
                        + " expires_at = now(), file_url = '" + file.location() + "'");
                other.execute("DELETE FROM satchel.export_lease");

                Export.Completed again =
                        whileLocked(other, () -> postgres.history().complete(export, file, RETENTION));

                assertThat(again.expiresAt()).isEqualTo(entry(export.id()).expiresAt());
            }
        }

        @Test
        void aRequestThatWaitedForAnEqualOneReturnsItsId() throws Exception {
            UserId user = postgres.addUser();
            try (Connection connection = postgres.database().workerDataSource().getConnection();
                    Statement other = connection.createStatement()) {
                other.execute("BEGIN");
                other.execute("INSERT INTO public.export_history (user_id, export_type, export_format) VALUES ('" + user
                        + "', 'vocabulary', 'csv')");

                ExportHistory.Requested requested =
                        whileLocked(other, () -> postgres.history().request(Requests.of(user)));

                assertThat(requested.added()).isFalse();
                assertThat(entry(requested.id()).status()).isEqualTo("pending");
            }
        }

        @Test
        void aHeartbeatBeforeTheReclaimKeepsTheLease() throws Exception {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            postgres.letPass(LEASE.plusSeconds(1));
            try (Connection connection = postgres.database().workerDataSource().getConnection();
                    Statement other = connection.createStatement()) {
                other.execute("BEGIN");
                other.execute("UPDATE satchel.export_lease SET expires_at = now() + interval '1 minute'");

                List<ExportHistory.Reclaimed> reclaimed =
                        whileLocked(other, () -> postgres.history().reclaimExpired(5));

                assertThat(reclaimed).isEmpty();
                postgres.history().complete(export, Exports.anyFileOf(export), RETENTION);
            }
        }

        @Test
        void resumeWaitsForNoLockedExport() throws Exception {
            postgres.history().request(Requests.of(postgres.addUser()));
            postgres.history().postpone(claimed(), Exports.accessDenied(), Duration.ofMinutes(5));
            try (Connection connection = postgres.database().workerDataSource().getConnection();
                    Statement other = connection.createStatement()) {
                other.execute("BEGIN");
                other.execute("SELECT FROM public.export_history FOR UPDATE");

                postgres.history().resume();

                other.execute("COMMIT");
            }
            assertThat(postgres.history().claim("worker", LEASE)).isEmpty();
        }

        @Test
        void neitherClaimNorReclaimWaitsForALockedExport() throws Exception {
            UserId user = postgres.addUser();
            UUID locked = postgres.history().request(Requests.of(user)).id();
            try (Connection connection = postgres.database().workerDataSource().getConnection();
                    Statement other = connection.createStatement()) {
                other.execute("BEGIN");
                other.execute("SELECT FROM public.export_history WHERE id = '" + locked + "' FOR UPDATE");

                assertThat(postgres.history().claim("worker", LEASE)).isEmpty();
                assertThat(postgres.history().reclaimExpired(5)).isEmpty();

                other.execute("COMMIT");
            }
            assertThat(claimed().id()).isEqualTo(locked);
        }

        @Test
        void claimAndReclaimNeverReturnTheSameExport() throws Exception {
            for (int count = 0; count < 10; count++) {
                postgres.history().request(Requests.of(postgres.addUser()));
            }

            // A lease of nothing ends at once, so that every claim competes with a reclaim of what was just claimed.
            List<Integer> completed = together(4, () -> {
                int mine = 0;
                for (int round = 0; round < 40; round++) {
                    postgres.history().reclaimExpired(1000);
                    Optional<Export.Processing> next = postgres.history().claim("worker", Duration.ZERO);
                    if (next.isPresent()) {
                        try {
                            postgres.history().complete(next.get(), Exports.anyFileOf(next.get()), RETENTION);
                            mine++;
                        } catch (StaleExportException reclaimed) {
                            continue;
                        }
                    }
                }
                return mine;
            });

            int done = completed.stream().mapToInt(Integer::intValue).sum();
            assertThat(postgres.catalog().newest(null, "completed", 100)).hasSize(done);
            assertThat(postgres.owner()
                            .sql("SELECT count(*) FROM satchel.upload_journal WHERE published_at IS NOT NULL")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(done);
        }
    }

    /** As many as a user could ask for before there was a limit, in rows that no trigger has seen. */
    private static void addManyUnseen(UserId many, UserId few) {
        postgres.owner().sql("""
                        BEGIN;
                        ALTER TABLE public.export_history DISABLE TRIGGER USER;
                        INSERT INTO public.export_history (user_id, export_type, export_format, status, created_at)
                        SELECT '%1$s', 'type' || n, 'csv', CASE WHEN n %% 2 = 0 THEN 'pending' ELSE 'completed' END,
                               now() - n * interval '1 second'
                          FROM generate_series(1, 40000) AS n;
                        INSERT INTO public.export_history (user_id, export_type, export_format)
                        VALUES ('%2$s', 'vocabulary', 'csv');
                        ALTER TABLE public.export_history ENABLE TRIGGER USER;
                        COMMIT;
                        """.formatted(many, few)).update();
    }

    private static UUID nextClaimed() {
        return JdbcClient.create(postgres.database().workerDataSource())
                .sql(ExportLeases.CLAIM_NEXT)
                .param("worker", "worker")
                .param("lease", 1000L)
                .query((row, number) -> row.getObject("user_id", UUID.class))
                .single();
    }

    @Test
    void findsTheNextExportByTheIndexOfTheQueue() {
        UserId many = postgres.addUser();
        addManyUnseen(many, postgres.addUser());
        postgres.history().reclaimExpired(5);
        postgres.owner().sql("ANALYZE public.export_history").update();
        postgres.owner().sql("ANALYZE satchel.export_queue").update();

        List<String> plan = JdbcClient.create(postgres.database().workerDataSource())
                .sql("EXPLAIN " + ExportLeases.CLAIM_NEXT)
                .param("worker", "worker")
                .param("lease", 1000L)
                .query(String.class)
                .list();

        assertThat(plan).anyMatch(line -> line.contains("Index Scan using export_queue_round_asked_at_idx"));
        assertThat(plan).anyMatch(line -> line.contains("Index Scan using export_history_pkey"));
        assertThat(plan).noneMatch(line -> line.contains("Seq Scan") || line.contains("Sort Key: q."));
    }

    @Test
    void letsUsersTakeTurnsAlsoWhereTheTriggersWereOff() {
        UserId many = postgres.addUser();
        UserId few = postgres.addUser();
        addManyUnseen(many, few);

        assertThat(postgres.history().reclaimExpired(5)).isEmpty();

        assertThat(List.of(nextClaimed(), nextClaimed(), nextClaimed()))
                .containsExactly(many.value(), few.value(), many.value());
    }

    @Test
    void claimsAnExportWithoutARowInTheQueue() {
        UserId user = postgres.addUser();
        UUID id = postgres.history().request(Requests.of(user)).id();
        postgres.owner().sql("DELETE FROM satchel.export_queue").update();

        assertThat(claimed().id()).isEqualTo(id);
    }
}
