package dev.satchel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.AbortSignal;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.partition.PartGivenBackException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What delivery does where it loses its lease or the answer of the history, or is told to stop. */
class DeliverExportLeaseTest extends DeliveryFixture {

    @Nested
    class LostLease {

        @Test
        void leavesNothingWhenItIsLostMidway() {
            Export.Processing export = claimed();
            words.between = () -> {
                takeTheLeaseAway();
                awaitBeat();
            };

            Delivery delivery = deliver(export);

            assertThat(delivery).isEqualTo(new Delivery.LeaseLost(export.id()));
            assertThat(store.commits).isZero();
            assertThat(entry(export).status()).isEqualTo("pending");
            assertNothingIsLeft();
        }

        @Test
        void deletesTheObjectWhenItTurnsOutAtTheEnd() {
            Export.Processing export = claimed();
            store.onCommit = () -> {
                takeTheLeaseAway();
                assertThat(history.claim("another", LEASE)).isPresent();
            };

            Delivery delivery = deliver(export);

            assertThat(delivery).isEqualTo(new Delivery.LeaseLost(export.id()));
            assertThat(store.commits).isEqualTo(1);
            assertThat(entry(export).status()).isEqualTo("processing");
            assertNothingIsLeft();
        }

        @Test
        void deletesTheObjectWhenTheUserDeletedTheExport() {
            Export.Processing export = claimed();
            store.onCommit = () -> history.deleteExport(export.id());

            assertThat(deliver(export)).isEqualTo(new Delivery.LeaseLost(export.id()));

            assertNothingIsLeft();
        }

        @Test
        void leavesTheEntryToCleanUpWhenTheObjectCannotBeDeleted() {
            Export.Processing export = claimed();
            store.onCommit = DeliverExportLeaseTest.this::takeTheLeaseAway;
            store.deletesFail = true;

            assertThat(deliver(export)).isEqualTo(new Delivery.LeaseLost(export.id()));

            assertThat(history.remembered()).isEqualTo(store.objects.keySet());
            assertThat(entry(export).location()).isNull();
        }
    }

    @Nested
    class LostAnswer {

        @Test
        void isDeliveredWhenTheSecondTryIsAnswered() {
            Export.Processing export = claimed();
            flaky.lostAnswers = 1;

            Delivery delivery = deliver(export);

            assertThat(delivery).isInstanceOf(Delivery.Delivered.class);
            assertThat(store.objects).containsOnlyKeys(entry(export).location());
        }

        @ParameterizedTest
        @ValueSource(strings = {"away", "locked"})
        void isDeliveredHoweverOftenTheDatabaseIsAwayMeanwhile(String reason) {
            Export.Processing export = claimed();
            flaky.lostAnswers = 4;
            flaky.lostAnswer = new IllegalStateException(reason);

            Delivery delivery = deliver(export);

            assertThat(delivery).isInstanceOf(Delivery.Delivered.class);
            assertThat(store.objects).containsOnlyKeys(entry(export).location());
        }

        @Test
        void isWaitedForNoLongerThanTwiceTheLease() {
            Export.Processing export = claimed();
            flaky.lostAnswers = Integer.MAX_VALUE;
            flaky.lostAnswer = new IllegalStateException("away");
            DeliverExport.Settings settings =
                    new DeliverExport.Settings(Duration.ofMillis(20), Duration.ofMillis(5), PATIENCE, RETENTION);

            assertThat(deliver(export, settings)).isInstanceOf(Delivery.Unconfirmed.class);
        }

        @Test
        void isNotWaitedForByAWorkerThatMustStop() {
            Export.Processing export = claimed();
            flaky.lostAnswers = Integer.MAX_VALUE;
            flaky.lostAnswer = new IllegalStateException("away");
            flaky.afterLostAnswer = () -> stopped.set(true);

            assertThat(deliver(export)).isInstanceOf(Delivery.Unconfirmed.class);
        }

        @Test
        void ofARetryIsWaitedForToo() {
            Export.Processing export = claimed();
            fail(Fault.WRITE, "down");
            flaky.away = 3;

            assertThat(deliver(export)).isInstanceOf(Delivery.Retried.class);
            assertThat(entry(export).status()).isEqualTo("pending");
        }

        @Test
        void keepsTheFileWhenNoTryIsAnswered() {
            Export.Processing export = claimed();
            flaky.lostAnswers = 2;

            Delivery delivery = deliver(export);

            assertThat(delivery).isInstanceOf(Delivery.Unconfirmed.class);
            assertThat(entry(export).status()).isEqualTo("completed");
            assertThat(store.objects).containsOnlyKeys(entry(export).location());
            assertThat(history.downloadable(export.id())).isPresent();
        }

        @Test
        void deletesTheFileWhenTheSecondTryIsRefused() {
            Export.Processing export = claimed();
            flaky.lostAnswers = 1;
            flaky.afterLostAnswer = () -> history.deleteExport(export.id());

            assertThat(deliver(export)).isEqualTo(new Delivery.LeaseLost(export.id()));

            assertNothingIsLeft();
        }
    }

    @Nested
    class Cancel {

        @Test
        void endsAnAttemptMidwayAndLeavesNothing() {
            Export.Processing export = claimed();
            words.between = () -> {
                history.cancel(export.id());
                awaitAbort();
            };

            assertThat(deliver(export)).isEqualTo(new Delivery.Cancelled(export));

            assertCancelled(export);
            assertThat(store.commits).isZero();
        }

        @Test
        void endsAWriteThatWaitsForTheStore() {
            Export.Processing export = claimed();
            CountDownLatch aborted = new CountDownLatch(1);
            store.onAbort = aborted::countDown;
            store.onWrite = () -> {
                history.cancel(export.id());
                await(aborted);
                throw new IllegalStateException("the upload was given up");
            };

            assertThat(deliver(export)).isEqualTo(new Delivery.Cancelled(export));

            assertCancelled(export);
        }

        @Test
        void besideACommitDeletesTheObject() {
            Export.Processing export = claimed();
            store.onCommit = () -> history.cancel(export.id());

            assertThat(deliver(export)).isEqualTo(new Delivery.Cancelled(export));

            assertCancelled(export);
            assertThat(store.commits).isEqualTo(1);
        }

        @Test
        void afterTheCompletionChangesNothing() {
            Export.Processing export = claimed();

            Delivery delivery = deliver(export);

            assertThat(delivery).isInstanceOf(Delivery.Delivered.class);
            assertThat(history.cancel(export.id())).contains(ExportHistory.Cancellation.COMPLETED);
            assertThat(store.objects).containsOnlyKeys(entry(export).location());
        }

        @Test
        void isNotFollowedByAnotherAttemptWhenTheStoreFailsToo() {
            Export.Processing export = claimed();
            store.onWrite = () -> history.cancel(export.id());
            fail(Fault.COMMIT, "down");

            assertThat(deliver(export)).isEqualTo(new Delivery.Cancelled(export));

            assertCancelled(export);
        }

        private void assertCancelled(Export.Processing export) {
            assertThat(entry(export).status()).isEqualTo("failed");
            assertThat(entry(export).error()).startsWith("cancelled: ");
            assertThat(history.claim("another", LEASE)).isEmpty();
            assertNothingIsLeft();
        }

        private void awaitAbort() {
            CountDownLatch aborted = new CountDownLatch(1);
            try (AbortSignal.Registration registration = words.signal.register(aborted::countDown)) {
                assertThat(registration).isNotNull();
                await(aborted);
            }
        }
    }

    @Nested
    class Stop {

        @Test
        void endsAWriteThatWaitsForTheStore() {
            Export.Processing export = claimed();
            CountDownLatch aborted = new CountDownLatch(1);
            store.onAbort = aborted::countDown;
            store.onWrite = () -> {
                stopped.set(true);
                await(aborted);
                throw new IllegalStateException("the upload was given up");
            };

            assertThat(deliver(export)).isInstanceOf(Delivery.Released.class);

            assertThat(claimed().attempt()).isEqualTo(1);
            assertNothingIsLeft();
        }

        @Test
        void endsAReadingThatWaitsForTheDatabase() {
            Export.Processing export = claimed();
            CountDownLatch aborted = new CountDownLatch(1);
            words.between = () -> {
                stopped.set(true);
                try (AbortSignal.Registration registration = words.signal.register(aborted::countDown)) {
                    assertThat(registration).isNotNull();
                    await(aborted);
                }
                throw new IllegalStateException("cancelled");
            };

            assertThat(deliver(export)).isInstanceOf(Delivery.Released.class);

            assertNothingIsLeft();
        }

        @Test
        void releasesTheExportAtTheNextByte() {
            Export.Processing export = claimed();
            words.between = () -> stopped.set(true);

            Delivery delivery = deliver(export);

            assertThat(delivery)
                    .isEqualTo(new Delivery.Released(
                            new Export.Pending(export.id(), export.request(), export.requestedAt(), 0)));
            assertThat(claimed().attempt()).isEqualTo(1);
            assertThat(store.commits).isZero();
            assertNothingIsLeft();
        }

        @Test
        void releasesTheExportWhereAnotherWorkerGaveAPartBack() {
            Export.Processing export = claimed();
            words.between = () -> {
                throw new PartGivenBackException();
            };

            assertThat(deliver(export)).isInstanceOf(Delivery.Released.class);

            assertThat(claimed().attempt()).isEqualTo(1);
            assertNothingIsLeft();
        }

        @Test
        void releasesTheExportBeforeTheCommit() {
            Export.Processing export = claimed();
            words.after = () -> stopped.set(true);

            assertThat(deliver(export)).isInstanceOf(Delivery.Released.class);

            assertThat(store.commits).isZero();
            assertNothingIsLeft();
        }
    }

    @Nested
    class Heartbeats {

        @Test
        void goOnWhileTheStoreBlocks() {
            Export.Processing export = claimed();
            store.onWrite = () -> {
                history.letPass(LEASE.minusSeconds(1));
                awaitBeat();
                history.letPass(LEASE.minusSeconds(1));
                assertThat(history.reclaimExpired(5)).isEmpty();
                awaitBeat();
            };

            assertThat(deliver(export)).isInstanceOf(Delivery.Delivered.class);
        }

        @Test
        void goOnAfterOneFailed() {
            Export.Processing export = claimed();
            flaky.failingBeats.set(1);
            words.between = () -> {
                history.letPass(LEASE.minusSeconds(1));
                awaitBeat();
                history.letPass(LEASE.minusSeconds(1));
                assertThat(history.reclaimExpired(5)).isEmpty();
            };

            assertThat(deliver(export)).isInstanceOf(Delivery.Delivered.class);
            assertThat(flaky.failingBeats).hasNonPositiveValue();
        }

        @ParameterizedTest
        @CsvSource({"PT2M, PT40S", "PT3S, PT1S"})
        void mayTakeAThirdOfTheLease(Duration lease, Duration heartbeat) {
            assertThat(new DeliverExport.Settings(lease, heartbeat, PATIENCE, RETENTION).heartbeat())
                    .isEqualTo(heartbeat);
        }

        @ParameterizedTest
        @CsvSource({"PT2M, PT40.001S", "PT2M, PT0S", "PT2M, PT-1S"})
        void mustBePositiveAndAtMostAThirdOfTheLease(Duration lease, Duration heartbeat) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new DeliverExport.Settings(lease, heartbeat, PATIENCE, RETENTION))
                    .withMessage("the heartbeat must be positive and at most a third of the lease, were " + heartbeat
                            + " and " + lease);
        }

        @Test
        void needARetention() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new DeliverExport.Settings(LEASE, Duration.ofSeconds(1), PATIENCE, Duration.ZERO))
                    .withMessage("the retention must be positive, was PT0S");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    // Two, because the first may have begun before.
    private void awaitBeat() {
        int enough = flaky.beats.get() + 2;
        while (flaky.beats.get() < enough) {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }
}
