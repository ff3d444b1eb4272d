package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.ImpossibleExportException;
import dev.satchel.export.Requests;
import dev.satchel.export.StaleExportException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@link PostgresExportHistory} reads rows that other programs wrote or changed. */
class ExportRowsIT extends PostgresExportFixture {

    @Test
    void doNotKeepOthersFromBeingAskedForAgain() {
        UserId user = postgres.addUser();
        for (String filters : List.of("{\"colour\": \"red\"}", "{\"phase\": 7}", "[]", "17", "null", "{}")) {
            insertFailed(user, filters);
        }
        insertFailed(user, null);

        // The empty filters and the absent ones ask for the same.
        assertThat(postgres.history().requestAgain(Failure.Code.ACCESS_DENIED).added())
                .hasSize(1);
    }

    private void insertFailed(UserId user, @Nullable String filters) {
        postgres.owner()
                .sql("""
                        INSERT INTO public.export_history
                               (user_id, export_type, export_format, filters, status, error_message)
                        VALUES (:user, 'all', 'csv', :filters::jsonb, 'failed', 'access_denied: refused')
                        """)
                .param("user", user.value())
                .param("filters", filters)
                .update();
    }

    @Nested
    class RowsOfOtherPrograms {

        // A worker does not rely on what the table refuses since then.
        @BeforeEach
        void acceptAnyFilters() {
            postgres.owner()
                    .sql(
                            "ALTER TABLE public.export_history DROP CONSTRAINT IF EXISTS export_history_filters_shape_check")
                    .update();
        }

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
                        all|csv|{"form": "2026-01-01"}|unknown filter 'form': expected one of compress, difficulty, encrypt_to, from,
                        all|csv|{"": ""}|unknown filter '': expected one of compress, difficulty, encrypt_to, from,
                        all|csv|{"from": null}|the filter 'from' has no value
                        all|csv|{"from": 20260101}|'20260101' is not a date for 'from': expected year-month-day
                        all|csv|{"from": {"day": 1}}|'{"day": 1}' is not a date for 'from': expected year-month-day
                        all|csv|{"from": "2026-02-30"}|'2026-02-30' is not a date for 'from': expected year-month-day
                        all|csv|{"from": "2026-02-01", "zone": "Mars"}|'Mars' is not a time zone: expected an IANA name
                        all|csv|{"phase": ["new"]}|unknown phase '["new"]': expected one of new, learning,
                        all|csv|{"phase": "x\\ny"}|unknown phase 'x�y': expected one of new, learning,
                        profile|csv|{"from": "2026-02-01"}|the filters 'from' and 'to' do not apply to the type 'profile'
                        """)
        void failIfTheirRequestIsInvalid(String type, String format, String filters, String explanation) {
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
        void cannotBeRequestedAgain() {
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
        void areQuotedInPartWhenTheyAreLong() {
            UUID id = insert(postgres.addUser(), "all", "csv", "{\"phase\": \"" + "\\ud83d\\ude00".repeat(240) + "\"}");

            assertRefused(id);

            assertThat(entry(id).error())
                    .isEqualTo("invalid_request: unknown phase '" + "\ud83d\ude00".repeat(60)
                            + "…': expected one of new, learning, review, mastered");
        }

        @Test
        void areReadWhenTheirFiltersAreWrittenDifferently() {
            UserId user = postgres.addUser();
            insert(user, "vocabulary", "csv", "{\"from\": \"2026-01-01\", \"phase\": \"new\"}");

            assertThat(claimed().request()).isEqualTo(Requests.of(user, Map.of("from", "2026-01-01", "phase", "new")));
        }

        @Test
        void equalOwnRequestsWhenTheirFiltersAreEmpty() {
            UserId user = postgres.addUser();
            UUID theirs = insert(user, "vocabulary", "csv", "{}");

            assertThat(postgres.history().request(Requests.of(user)))
                    .isEqualTo(new ExportHistory.Requested(theirs, user, false));
        }

        @Test
        void areReclaimedWhenTheyHaveNoLease() {
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
        void refuseAWorkerWhoseExportTheyFailed() {
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
        void doNotMakeALeaseEndless(String expiresAt) {
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
}
