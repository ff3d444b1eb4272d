package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportHistoryContract;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.ImpossibleExportException;
import dev.satchel.export.Requests;
import dev.satchel.export.StaleExportException;
import dev.satchel.record.LearningDatasets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class PostgresExportHistoryIT extends ExportHistoryContract {

    private static PostgresHistoryUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresHistoryUnderTest();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Override
    protected HistoryUnderTest emptyHistory() {
        return postgres.emptied();
    }

    private static UUID insert(UserId user, String type, String format, String filters) {
        return postgres.owner()
                .sql("""
                        INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                        VALUES (:user, :type, :format, :filters::jsonb)
                        RETURNING id
                        """)
                .param("user", user.value())
                .param("type", type)
                .param("format", format)
                .param("filters", filters)
                .query(UUID.class)
                .single();
    }

    private static ExportCatalog.Entry entry(UUID id) {
        return postgres.catalog().find(id).orElseThrow();
    }

    private static Export.Processing claimed() {
        return postgres.history().claim("worker", LEASE).orElseThrow();
    }

    private static String text(String sql, UUID id) {
        return postgres.owner().sql(sql).param("id", id).query(String.class).single();
    }

    @Nested
    class RowsOfOtherPrograms {

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "NULL", textBlock = """
                        passwords|csv|NULL|unknown export type 'passwords': expected one of profile,
                        ALL|csv|NULL|unknown export type 'ALL': expected one of profile,
                        all|pdf|NULL|unknown export format 'pdf': expected one of csv, json, jsonl
                        all|csv|[]|the filters are a JSON array: expected an object of names and values
                        all|csv|["from"]|the filters are a JSON array: expected an object of names and values
                        all|csv|"from"|the filters are a JSON string: expected an object of names and values
                        all|csv|17|the filters are a JSON number: expected an object of names and values
                        all|csv|true|the filters are a JSON boolean: expected an object of names and values
                        all|csv|null|the filters are a JSON null: expected an object of names and values
                        all|csv|{"form": "2026-01-01"}|unknown filter 'form': expected one of difficulty, from,
                        all|csv|{"": ""}|unknown filter '': expected one of difficulty, from,
                        all|csv|{"from": null}|the filter 'from' has no value
                        all|csv|{"from": 20260101}|'20260101' is not a date for 'from': expected year-month-day
                        all|csv|{"from": {"day": 1}}|'{"day": 1}' is not a date for 'from': expected year-month-day
                        all|csv|{"from": "2026-02-30"}|'2026-02-30' is not a date for 'from': expected year-month-day
                        all|csv|{"from": "2026-02-01", "zone": "Mars"}|'Mars' is not a time zone: expected an IANA name
                        all|csv|{"phase": ["new"]}|unknown phase '["new"]': expected one of new, learning,
                        all|csv|{"phase": "x\\ny"}|unknown phase 'x�y': expected one of new, learning,
                        profile|csv|{"from": "2026-02-01"}|the filters 'from' and 'to' do not apply to the type 'profile'
                        """)
        void areFailedWhenTheyAskForTheImpossible(String type, String format, String filters, String explanation) {
            UUID id = insert(postgres.addUser(), type, format, filters);

            assertRefused(id);

            assertThat(entry(id).status()).isEqualTo("failed");
            assertThat(entry(id).error()).startsWith("invalid_request: " + explanation);
            assertThat(text("SELECT count(*) FROM satchel.export_lease WHERE export_id = :id", id))
                    .isEqualTo("0");
        }

        private void assertRefused(UUID id) {
            assertThatExceptionOfType(ImpossibleExportException.class)
                    .isThrownBy(() -> postgres.history().claim("worker", LEASE))
                    .satisfies(refused -> {
                        assertThat(refused.exportId()).isEqualTo(id);
                        assertThat(entry(id).error())
                                .isEqualTo(refused.failure().message());
                    });
            assertThat(postgres.history().claim("worker", LEASE)).isEmpty();
        }

        @Test
        void cannotBeAskedForAgain() {
            UUID id = insert(postgres.addUser(), "nonsense", "csv", null);
            assertRefused(id);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> postgres.history().requestAgain(id))
                    .withMessageStartingWith("unknown export type 'nonsense'");
        }

        @Test
        void doNotKeepOthersWaiting() {
            UserId user = postgres.addUser();
            for (int count = 0; count < 5; count++) {
                insert(user, "nonsense" + count, "csv", null);
            }
            UUID sound = insert(user, "vocabulary", "csv", "{}");

            for (int count = 0; count < 5; count++) {
                assertThatExceptionOfType(ImpossibleExportException.class)
                        .isThrownBy(() -> postgres.history().claim("worker", LEASE));
            }
            assertThat(claimed().id()).isEqualTo(sound);
            assertThat(postgres.catalog().newest(user, "failed", 10)).hasSize(5);
        }

        @Test
        void areQuotedBrieflyHoweverLongTheyAre() {
            UUID id = insert(postgres.addUser(), "all", "csv", "{\"phase\": \"" + "\\ud83d\\ude00".repeat(240) + "\"}");

            assertRefused(id);

            assertThat(entry(id).error())
                    .isEqualTo("invalid_request: unknown phase '" + "\ud83d\ude00".repeat(60)
                            + "…': expected one of new, learning, review, mastered");
        }

        @Test
        void areUnderstoodWhenTheySayTheSameInOtherWords() {
            UserId user = postgres.addUser();
            insert(user, "vocabulary", "csv", "{\"from\": \"2026-01-01\", \"phase\": \"new\"}");

            assertThat(claimed().request())
                    .isEqualTo(Requests.of(user, Map.of("from", "2026-01-01", "zone", "UTC", "phase", "new")));
        }

        @Test
        void areOneWithOursWhenTheirFiltersAreEmpty() {
            UserId user = postgres.addUser();
            UUID theirs = insert(user, "vocabulary", "csv", "{}");

            assertThat(postgres.history().request(Requests.of(user)))
                    .isEqualTo(new ExportHistory.Requested(theirs, user, false));
        }

        @Test
        void areTakenBackWhenNobodyWorksOnThem() {
            UUID id = insert(postgres.addUser(), "vocabulary", "csv", null);
            postgres.owner()
                    .sql("UPDATE public.export_history SET status = 'processing' WHERE id = :id")
                    .param("id", id)
                    .update();

            postgres.letPass(Duration.ofMinutes(14));
            assertThat(postgres.history().reclaimExpired(5)).isEmpty();
            postgres.letPass(Duration.ofMinutes(1));
            assertThat(postgres.history().reclaimExpired(5)).containsExactly(new ExportHistory.Reclaimed(id, false));

            assertThat(claimed().id()).isEqualTo(id);
        }

        @Test
        void fenceAWorkerWhoseExportTheyFailed() {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            postgres.owner()
                    .sql("UPDATE public.export_history SET status = 'failed' WHERE id = :id")
                    .param("id", export.id())
                    .update();

            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> postgres.history().heartbeat(export, LEASE));
            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> postgres.history().complete(export, Exports.anyFileOf(export), RETENTION));
        }
    }

    @Nested
    class Row {

        @Test
        void holdsTheManifest() {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            DeliveredFile file = Exports.archive(Exports.anyLocationOf(export));

            postgres.history().complete(export, file, RETENTION);

            assertThat(postgres.owner()
                            .sql("""
                                    SELECT data = jsonb_build_object(
                                               'manifest_version', 1,
                                               'content_type', 'application/zip',
                                               'bytes', 5678,
                                               'sha256', :sha256,
                                               'snapshot_at', '2026-03-01T12:00:00Z',
                                               'schema_version', '001',
                                               'records', '{"profile": 1, "vocabulary": 7}'::jsonb,
                                               'absent', '["analytics"]'::jsonb,
                                               'entries', jsonb_build_array(
                                                   jsonb_build_object(
                                                       'name', 'profile.csv', 'bytes', 100, 'sha256', :sha256),
                                                   jsonb_build_object(
                                                       'name', 'vocabulary.csv', 'bytes', 9000, 'sha256', :sha256)))
                                      FROM public.export_history
                                     WHERE id = :id
                                    """)
                            .param("id", export.id())
                            .param("sha256", file.sha256())
                            .query(Boolean.class)
                            .single())
                    .isTrue();
        }

        @Test
        void countsTheSecondsOfTheAttempt() {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            postgres.letPass(Duration.ofSeconds(90));

            postgres.history().complete(export, Exports.anyFileOf(export), RETENTION);

            assertThat(Integer.valueOf(text(
                            "SELECT processing_time_seconds FROM public.export_history WHERE id = :id", export.id())))
                    .isBetween(90, 95);
        }

        @Test
        void holdsAsManyRecordsAsItCanAndTheManifestAllOfThem() {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            DeliveredFile small = Exports.anyFileOf(export);
            DeliveredFile huge = new DeliveredFile(
                    small.location(),
                    small.contentType(),
                    5_000_000_000_000L,
                    small.sha256(),
                    small.snapshotAt(),
                    small.schemaVersion(),
                    Map.of(LearningDatasets.INTERACTIONS, 3_000_000_000L),
                    List.of(),
                    List.of());

            postgres.history().complete(export, huge, RETENTION);

            assertThat(entry(export.id()).records()).isEqualTo(Integer.MAX_VALUE);
            assertThat(entry(export.id()).bytes()).isEqualTo(5_000_000_000_000L);
            assertThat(entry(export.id()).manifest()).contains("\"interactions\": 3000000000");
        }

        @Test
        void holdsHostileTextAsItIs() {
            String hostile = "'); DROP TABLE public.export_history; -- \" \\ :id ? $1 {}";
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = postgres.history().claim(hostile, LEASE).orElseThrow();

            postgres.history().fail(export, new Failure(Failure.Code.INTERNAL, hostile));

            assertThat(entry(export.id()).error()).isEqualTo("internal: " + hostile);
        }

        @Test
        void namesTheWorkerInOneLegibleLine() {
            UUID id =
                    postgres.history().request(Requests.of(postgres.addUser())).id();

            postgres.history().claim("worker\u0000\n1", LEASE);

            assertThat(text("SELECT owner FROM satchel.export_lease WHERE export_id = :id", id))
                    .isEqualTo("worker��1");
        }
    }

    @Nested
    class Races {

        /** Runs the step while another session holds a lock, and lets that session go on once the step waits. */
        private <T> T whileLocked(Statement other, Step<T> step) throws Exception {
            CompletableFuture<T> waiting = CompletableFuture.supplyAsync(step::take);
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
        void aWorkerThatWaitedWhileItsLeasePassedOnIsFencedOut() throws Exception {
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
        void aCompletionWhoseAnswerIsLostAndStillRunsIsFound() throws Exception {
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
        void aRequestThatWaitedForAnEqualOneAnswersWithIt() throws Exception {
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
        void aHeartbeatThatCameBeforeTheRescueKeepsTheLease() throws Exception {
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
        void neitherClaimNorRescueWaitsForALockedExport() throws Exception {
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
        void claimersAndRescuersNeverShareAnExport() throws Exception {
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
                .sql(PostgresExportHistory.CLAIM_NEXT)
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
                .sql("EXPLAIN " + PostgresExportHistory.CLAIM_NEXT)
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

    /** Somebody has written a time without an end, with which PostgreSQL before 17 cannot calculate. */
    @Nested
    class TimesThatAreNotFinite {

        private Export.Processing requestedAndClaimed() {
            postgres.history().request(Requests.of(postgres.addUser()));
            return claimed();
        }

        @ParameterizedTest
        @CsvSource({"infinity, false", "-infinity, true"})
        void holdUpNoOtherExport(String runAfter, boolean isDue) {
            Export.Processing odd = requestedAndClaimed();
            postgres.history().retry(odd, new Failure(Failure.Code.INTERNAL, "odd"), Duration.ZERO);
            postgres.owner()
                    .sql("UPDATE satchel.export_lease SET run_after = '" + runAfter + "'")
                    .update();
            assertThat(postgres.history().backlog(LEASE).untilNextDue().isPresent())
                    .isEqualTo(isDue);
            UUID other =
                    postgres.history().request(Requests.of(postgres.addUser())).id();

            assertThat(postgres.history().backlog(LEASE))
                    .isEqualTo(new ExportHistory.Backlog(
                            Optional.of(Duration.ZERO), Map.of("", 1L, "internal", 1L), 0, 0));
            assertThat(List.of(claimed().id())).containsAnyOf(other, odd.id());
            assertThat(postgres.history().claim("worker", LEASE).isPresent()).isEqualTo(isDue);
        }

        @ParameterizedTest
        @CsvSource({"infinity", "-infinity"})
        void makeNoLeaseEndless(String expiresAt) {
            Export.Processing export = requestedAndClaimed();
            postgres.owner()
                    .sql("UPDATE satchel.export_lease SET heartbeat_at = '" + expiresAt + "', expires_at = '"
                            + expiresAt + "'")
                    .update();
            assertThat(postgres.history().backlog(LEASE).waiting()).isZero();

            postgres.letPass(Duration.ofMinutes(15));

            assertThat(postgres.history().reclaimExpired(5))
                    .containsExactly(new ExportHistory.Reclaimed(export.id(), false));
            assertThat(claimed().id()).isEqualTo(export.id());
        }

        @Test
        void leaveALivingWorkerItsLease() {
            Export.Processing export = requestedAndClaimed();
            postgres.owner()
                    .sql("UPDATE satchel.export_lease SET expires_at = 'infinity'")
                    .update();

            postgres.history().heartbeat(export, LEASE);
            postgres.letPass(LEASE.minusSeconds(1));

            assertThat(postgres.history().reclaimExpired(5)).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"infinity", "-infinity"})
        void letAnExportEnd(String startedAt) {
            Export.Processing completed = requestedAndClaimed();
            Export.Processing failed = requestedAndClaimed();
            postgres.owner()
                    .sql("UPDATE public.export_history SET started_at = '" + startedAt + "'")
                    .update();

            postgres.history().complete(completed, Exports.anyFileOf(completed), RETENTION);
            postgres.history().fail(failed, new Failure(Failure.Code.INTERNAL, "failed"));

            for (Export.Processing export : List.of(completed, failed)) {
                assertThat(text(
                                "SELECT processing_time_seconds FROM public.export_history WHERE id = :id",
                                export.id()))
                        .isEqualTo("0");
            }
        }
    }

    @Test
    void handsOutWhatHasNoPlaceInTheQueue() {
        UserId user = postgres.addUser();
        UUID id = postgres.history().request(Requests.of(user)).id();
        postgres.owner().sql("DELETE FROM satchel.export_queue").update();

        assertThat(claimed().id()).isEqualTo(id);
    }
}
