package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How every {@link ExportHistory} refuses workers without a lease, and reclaims what they held. */
public abstract class ExportLeaseContract extends ExportHistoryContract {

    /** The six steps a worker may take with what it holds. */
    enum Step {
        HEARTBEAT {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.heartbeat(export, LEASE);
            }
        },
        COMPLETE {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.complete(export, Exports.anyFileOf(export), RETENTION);
            }
        },
        RETRY {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.retry(export, Exports.storeUnavailable(), Duration.ZERO);
            }
        },
        POSTPONE {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.postpone(export, Exports.accessDenied(), Duration.ZERO);
            }
        },
        RELEASE {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.release(export);
            }
        },
        FAIL {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.fail(export, Exports.accessDenied());
            }
        };

        abstract void take(ExportHistory history, Export.Processing export);
    }

    @Nested
    class Fence {

        private void assertRefused(Step step, Export.Processing export) {
            Optional<ExportCatalog.Entry> before = world.catalog().find(export.id());

            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> step.take(history, export))
                    .withMessage("export " + export.id() + " is no longer held by this worker");

            assertThat(world.catalog().find(export.id())).isEqualTo(before);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportWasReclaimed(Step step) {
            requested();
            Export.Processing lost = claimed();
            letTheLeaseEnd();
            history.reclaimExpired(ATTEMPTS);

            assertRefused(step, lost);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportAnotherHolds(Step step) {
            requested();
            Export.Processing lost = claimed();
            letTheLeaseEnd();
            history.reclaimExpired(ATTEMPTS);
            Export.Processing held = claimed();

            assertRefused(step, lost);

            assertThat(held.token()).isNotEqualTo(lost.token());
            Export.Completed completed = history.complete(held, Exports.anyFileOf(held), RETENTION);
            assertThat(entry(completed.id()).status()).isEqualTo("completed");
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerThatGaveTheExportBack(Step step) {
            requested();
            Export.Processing released = claimed();
            history.release(released);

            assertRefused(step, released);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportIsCompleted(Step step) {
            requested();
            Export.Processing done = claimed();
            history.complete(done, Exports.anyFileOf(done), RETENTION);

            assertRefused(step, done);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportFailed(Step step) {
            requested();
            Export.Processing failed = claimed();
            history.fail(failed, Exports.accessDenied());

            assertRefused(step, failed);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportWasDeleted(Step step) {
            requested();
            Export.Processing deleted = claimed();
            world.deleteExport(deleted.id());

            assertRefused(step, deleted);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseUserWasDeleted(Step step) {
            requested();
            Export.Processing deleted = claimed();
            world.deleteUser(user);

            assertRefused(step, deleted);
        }

        @ParameterizedTest
        @EnumSource
        void acceptsAWorkerThatIsLateButNotReplaced(Step step) {
            requested();
            Export.Processing late = claimed();
            letTheLeaseEnd();

            step.take(history, late);

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
        }
    }

    @Nested
    class Reclaim {

        @Test
        void leavesALivingWorkerAlone() {
            requested();
            claimed();
            world.letPass(LEASE.minusSeconds(20));

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
        }

        @Test
        void reclaimsTheExportOfALostWorker() {
            UUID id = requested();
            claimed();
            letTheLeaseEnd();

            assertThat(history.reclaimExpired(ATTEMPTS)).containsExactly(new ExportHistory.Reclaimed(id, false));

            assertThat(entry(id).status()).isEqualTo("pending");
            assertThat(entry(id).error()).startsWith("worker_lost: ");
            assertThat(claimed().attempt()).isEqualTo(2);
        }

        @Test
        void letsOthersGoFirstAfterASecondLoss() {
            UUID harmful = requested();
            for (Duration wait : List.of(Duration.ZERO, Duration.ofSeconds(10), Duration.ofSeconds(20))) {
                assertThat(claimed().id()).isEqualTo(harmful);
                letTheLeaseEnd();
                history.reclaimExpired(ATTEMPTS);
                if (!wait.isZero()) {
                    world.letPass(wait.minusSeconds(5));
                    assertThat(history.claim("worker", LEASE)).isEmpty();
                    world.letPass(Duration.ofSeconds(6));
                }
            }

            assertThat(claimed().attempt()).isEqualTo(4);
        }

        @Test
        void keepsTheLeaseOfAWorkerThatSendsHeartbeats() {
            requested();
            Export.Processing export = claimed();
            world.letPass(LEASE.minusSeconds(20));
            history.heartbeat(export, LEASE);
            world.letPass(LEASE.minusSeconds(20));

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
            history.complete(export, Exports.anyFileOf(export), RETENTION);
        }

        @Test
        void failsTheExportAfterTheLastAttempt() {
            UUID id = requested();
            claimed();
            letTheLeaseEnd();
            history.reclaimExpired(2);
            claimed();
            letTheLeaseEnd();

            assertThat(history.reclaimExpired(2)).containsExactly(new ExportHistory.Reclaimed(id, true));

            assertThat(entry(id).status()).isEqualTo("failed");
            assertThat(entry(id).error()).startsWith("worker_lost: ");
            assertThat(entry(id).retries()).isEqualTo(1);
            assertThat(history.claim("worker", LEASE)).isEmpty();
        }

        @Test
        void leavesPendingExportsAlone() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofDays(1));
            letTheLeaseEnd();

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
        }

        @Test
        void reclaimsEachExportOnce() throws Exception {
            for (int count = 0; count < 20; count++) {
                history.request(Requests.of(world.addUser()));
                claimed();
            }
            letTheLeaseEnd();

            List<List<ExportHistory.Reclaimed>> reclaimed = together(4, () -> history.reclaimExpired(ATTEMPTS));

            assertThat(reclaimed.stream().flatMap(List::stream)).doesNotHaveDuplicates();
            assertThat(world.catalog().newest(null, "pending", 100)).hasSize(20);
        }
    }
}
