package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.record.LearningTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How every {@link ExportHistory} cancels an export, and tells its worker. */
public abstract class ExportCancellationContract extends ExportHistoryContract {

    private void assertCancelled(UUID id) {
        ExportCatalog.Entry entry = entry(id);
        assertThat(entry.status()).isEqualTo("failed");
        assertThat(entry.error()).startsWith("cancelled: ");
        assertThat(entry.location()).isNull();
        assertThat(history.claim("worker", LEASE)).isEmpty();
    }

    @Nested
    class Cancel {

        @Test
        void failsAPendingExportAtOnce() {
            UUID id = requested();

            assertThat(history.cancel(id)).contains(ExportHistory.Cancellation.CANCELLED);

            assertCancelled(id);
        }

        @Test
        void failsAnExportThatWaitsForItsNextAttempt() {
            UUID id = requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));

            assertThat(history.cancel(id)).contains(ExportHistory.Cancellation.CANCELLED);

            world.letPass(Duration.ofMinutes(2));
            assertCancelled(id);
        }

        @Test
        void failsAnExportThatAWorkerDelivers() {
            UUID id = requested();
            claimed();

            assertThat(history.cancel(id)).contains(ExportHistory.Cancellation.CANCELLED);

            assertCancelled(id);
            letTheLeaseEnd();
            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
            assertCancelled(id);
        }

        @Test
        void changesNothingTheSecondTime() {
            UUID id = requested();
            history.cancel(id);
            ExportCatalog.Entry before = entry(id);

            assertThat(history.cancel(id)).contains(ExportHistory.Cancellation.CANCELLED_BEFORE);

            assertThat(entry(id)).isEqualTo(before);
        }

        @Test
        void leavesACompletedExportAlone() {
            UUID id = requested();
            Export.Processing export = claimed();
            history.complete(export, Exports.anyFileOf(export), RETENTION);
            ExportCatalog.Entry before = entry(id);

            assertThat(history.cancel(id)).contains(ExportHistory.Cancellation.COMPLETED);

            assertThat(entry(id)).isEqualTo(before);
        }

        @Test
        void leavesAFailedExportAlone() {
            UUID id = requested();
            history.fail(claimed(), Exports.accessDenied());
            ExportCatalog.Entry before = entry(id);

            assertThat(history.cancel(id)).contains(ExportHistory.Cancellation.FAILED);

            assertThat(entry(id)).isEqualTo(before);
        }

        @Test
        void findsNoExportOfAnUnknownId() {
            assertThat(history.cancel(UUID.randomUUID())).isEmpty();
        }

        @Test
        void letsTheSameBeAskedForAgain() {
            UUID cancelled = requested();
            history.cancel(cancelled);

            assertThat(history.request(Requests.of(user)).added()).isTrue();
            assertThat(history.requestAgain(cancelled)).isPresent();
        }

        @Test
        void cancelsOnceOfManyAtTheSameMoment() throws Exception {
            UUID id = requested();
            claimed();

            List<ExportHistory.Cancellation> found =
                    together(4, () -> history.cancel(id).orElseThrow());

            assertThat(found)
                    .containsOnlyOnce(ExportHistory.Cancellation.CANCELLED)
                    .filteredOn(each -> each != ExportHistory.Cancellation.CANCELLED)
                    .containsOnly(ExportHistory.Cancellation.CANCELLED_BEFORE);
        }
    }

    @Nested
    class BesideCompletion {

        @Test
        void anExportIsOneOfTheTwoAndNeverBoth() throws Exception {
            for (int round = 0; round < 200; round++) {
                UUID id = history.request(ofDay(round)).id();
                Export.Processing export = claimed();
                AtomicInteger turn = new AtomicInteger();

                List<String> ends = together(2, () -> turn.getAndIncrement() == 0 ? completed(export) : cancelled(id));

                ExportCatalog.Entry entry = entry(id);
                if (entry.status().equals("completed")) {
                    assertThat(ends).containsExactlyInAnyOrder("completed", "COMPLETED");
                    assertThat(entry.location()).isNotNull();
                    assertThat(entry.error()).isNull();
                } else {
                    assertThat(ends).containsExactlyInAnyOrder("refused", "CANCELLED");
                    assertThat(entry.status()).isEqualTo("failed");
                    assertThat(entry.location()).isNull();
                    assertThat(entry.error()).startsWith("cancelled: ");
                }
            }
        }

        private String completed(Export.Processing export) {
            try {
                history.complete(export, Exports.anyFileOf(export), RETENTION);
                return "completed";
            } catch (StaleExportException refused) {
                return "refused";
            }
        }

        private String cancelled(UUID id) {
            return history.cancel(id).orElseThrow().name();
        }

        @Test
        void aWorkerThatIsLateIsRefused() {
            UUID id = requested();
            Export.Processing export = claimed();
            history.cancel(id);

            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> history.complete(export, Exports.anyFileOf(export), RETENTION));
            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> history.retry(export, Exports.storeUnavailable(), Duration.ZERO));

            assertCancelled(id);
        }
    }

    @Nested
    class Lost {

        @Test
        void namesNoneThatTheWorkerHolds() {
            requested();
            Export.Processing held = claimed();

            assertThat(history.lost(List.of(held))).isEmpty();
            assertThat(history.lost(List.of())).isEmpty();
        }

        @Test
        void saysOfEachWhetherItWasCancelled() {
            List<Export.Processing> exports = new ArrayList<>();
            for (int day = 0; day < 4; day++) {
                history.request(ofDay(day));
                exports.add(claimed());
            }
            history.cancel(exports.get(0).id());
            world.deleteExport(exports.get(1).id());
            history.release(exports.get(2));

            assertThat(history.lost(exports))
                    .containsExactlyInAnyOrder(
                            new ExportHistory.Lost(exports.get(0), true),
                            new ExportHistory.Lost(exports.get(1), false),
                            new ExportHistory.Lost(exports.get(2), false));
        }

        @Test
        void namesOneThatAnotherWorkerHoldsNow() {
            requested();
            Export.Processing lost = claimed();
            history.request(Requests.of(user, LearningTypes.SESSIONS));
            letTheLeaseEnd();
            history.reclaimExpired(ATTEMPTS);
            claimed();

            assertThat(history.lost(List.of(lost))).containsExactly(new ExportHistory.Lost(lost, false));
        }
    }
}
