package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.record.LearningTypes;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every {@link ExportHistory} stores when a worker completes, retries, postpones, releases or fails an export. */
public abstract class ExportTransitionContract extends ExportHistoryContract {

    @Nested
    class Complete {

        @Test
        void publishesTheFile() {
            requested();
            Export.Processing export = claimed();
            DeliveredFile file = Exports.archive(Exports.anyLocationOf(export));

            Export.Completed completed = history.complete(export, file, RETENTION);

            ExportCatalog.Entry entry = entry(export.id());
            assertThat(completed)
                    .isEqualTo(new Export.Completed(
                            export.id(), export.request(), file, entry.completedAt(), entry.expiresAt()));
            assertThat(entry.status()).isEqualTo("completed");
            assertThat(entry.location()).isEqualTo(file.location());
            assertThat(entry.records()).isEqualTo(8);
            assertThat(entry.bytes()).isEqualTo(5678);
            assertThat(entry.manifest()).contains("\"sha256\": \"" + file.sha256() + "\"");
            assertThat(entry.expiresAt()).isEqualTo(entry.completedAt().plus(RETENTION));
        }

        @Test
        void givesTheSameResultAfterALostAnswer() {
            requested();
            Export.Processing export = claimed();
            DeliveredFile file = Exports.anyFileOf(export);
            Export.Completed unheard = history.complete(export, file, RETENTION);
            world.letPass(Duration.ZERO);

            Export.Completed again = history.complete(export, file, RETENTION.plusDays(1));

            assertThat(again).isEqualTo(unheard);
            assertThat(entry(export.id()).location()).isEqualTo(file.location());
        }

        @Test
        void isRefusedAfterALostAnswerOnceTheFileExpired() {
            requested();
            Export.Processing export = claimed();
            DeliveredFile file = Exports.anyFileOf(export);
            history.complete(export, file, RETENTION);
            world.letPass(RETENTION.plusSeconds(1));
            world.journal().deleted(file.location());

            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> history.complete(export, file, RETENTION));
        }

        @Test
        void clearsTheErrorOfEarlierAttempts() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ZERO);
            Export.Processing second = claimed();
            assertThat(entry(second.id()).error()).isNull();

            history.complete(second, Exports.anyFileOf(second), RETENTION);

            assertThat(entry(second.id()).error()).isNull();
            assertThat(entry(second.id()).retries()).isEqualTo(1);
        }
    }

    @Nested
    class Retry {

        @Test
        void putsTheExportBackAndSpendsTheAttempt() {
            UUID id = requested();
            Export.Processing export = claimed();

            Export.Pending pending = history.retry(export, Exports.storeUnavailable(), Duration.ZERO);

            assertThat(pending).isEqualTo(new Export.Pending(id, export.request(), export.requestedAt(), 1));
            assertThat(entry(id).status()).isEqualTo("pending");
            assertThat(entry(id).error()).isEqualTo("store_unavailable: the store did not answer");
            assertThat(claimed().attempt()).isEqualTo(2);
            assertThat(entry(id).retries()).isEqualTo(1);
        }

        @Test
        void waitsForTheDelay() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));

            assertThat(history.claim("worker", LEASE)).isEmpty();
            world.letPass(Duration.ofSeconds(50));
            assertThat(history.claim("worker", LEASE)).isEmpty();
            world.letPass(Duration.ofSeconds(10));
            assertThat(history.claim("worker", LEASE)).isPresent();
        }

        @Test
        void letsOthersPassMeanwhile() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));
            UUID other =
                    history.request(Requests.of(user, LearningTypes.SESSIONS)).id();

            assertThat(claimed().id()).isEqualTo(other);
        }

        @Test
        void keepsTheRequestUnderWay() {
            UUID id = requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));

            assertThat(history.request(Requests.of(user)).id()).isEqualTo(id);
        }
    }

    @Nested
    class Postpone {

        @Test
        void putsTheExportBackWithTheReasonAndWithoutSpendingTheAttempt() {
            UUID id = requested();
            Export.Processing export = claimed();

            Export.Pending pending = history.postpone(export, Exports.accessDenied(), Duration.ZERO);

            assertThat(pending).isEqualTo(new Export.Pending(id, export.request(), export.requestedAt(), 0));
            assertThat(entry(id).status()).isEqualTo("pending");
            assertThat(entry(id).startedAt()).isNull();
            assertThat(entry(id).error()).isEqualTo("access_denied: the store refused the worker's credentials");
            assertThat(claimed().attempt()).isEqualTo(1);
            assertThat(entry(id).retries()).isZero();
            assertThat(entry(id).error()).isNull();
        }

        @Test
        void doesNotGiveBackEarlierAttempts() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ZERO);

            Export.Pending pending = history.postpone(claimed(), Exports.accessDenied(), Duration.ZERO);

            assertThat(pending.attempts()).isEqualTo(1);
            assertThat(claimed().attempt()).isEqualTo(2);
        }

        @Test
        void waitsForTheDelay() {
            requested();
            history.postpone(claimed(), Exports.accessDenied(), Duration.ofMinutes(1));

            world.letPass(Duration.ofSeconds(50));
            assertThat(history.claim("worker", LEASE)).isEmpty();
            world.letPass(Duration.ofSeconds(10));
            assertThat(history.claim("worker", LEASE)).isPresent();
        }
    }

    @Nested
    class Resume {

        @Test
        void makesDueWhatWaitsForTheOperator() {
            UUID id = requested();
            history.postpone(claimed(), Exports.accessDenied(), Duration.ofMinutes(5));

            history.resume();

            assertThat(claimed().id()).isEqualTo(id);
        }

        @Test
        void leavesAloneWhatWaitsForTimeToPass() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(5));

            history.resume();

            assertThat(history.claim("worker", LEASE)).isEmpty();
        }

        @Test
        void leavesAloneWhatAWorkerHolds() {
            requested();
            history.postpone(claimed(), Exports.accessDenied(), Duration.ZERO);
            Export.Processing held = claimed();

            history.resume();

            assertThat(history.claim("worker", LEASE)).isEmpty();
            history.complete(held, Exports.anyFileOf(held), RETENTION);
        }
    }

    @Nested
    class Release {

        @Test
        void putsTheExportBackAsIfItHadNeverBeenClaimed() {
            UUID id = requested();
            ExportCatalog.Entry before = entry(id);
            Export.Processing export = claimed();

            Export.Pending pending = history.release(export);

            assertThat(pending).isEqualTo(new Export.Pending(id, export.request(), export.requestedAt(), 0));
            assertThat(entry(id)).isEqualTo(before);
            assertThat(claimed().attempt()).isEqualTo(1);
        }

        @Test
        void doesNotGiveBackEarlierAttempts() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ZERO);

            Export.Pending pending = history.release(claimed());

            assertThat(pending.attempts()).isEqualTo(1);
            assertThat(claimed().attempt()).isEqualTo(2);
        }
    }

    @Nested
    class Fail {

        @Test
        void setsTheExportToFailed() {
            UUID id = requested();
            Export.Processing export = claimed();

            Export.Failed failed = history.fail(export, Exports.accessDenied());

            assertThat(failed).isEqualTo(new Export.Failed(id, export.request(), Exports.accessDenied(), 1));
            assertThat(entry(id).status()).isEqualTo("failed");
            assertThat(entry(id).error()).isEqualTo("access_denied: the store refused the worker's credentials");
            assertThat(history.claim("worker", LEASE)).isEmpty();
        }
    }
}
