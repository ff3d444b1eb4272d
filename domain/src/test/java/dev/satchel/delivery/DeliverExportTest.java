package dev.satchel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeliverExportTest extends DeliveryFixture {

    @Nested
    class Success {

        @Test
        void publishesTheFileByCompletingTheExport() throws Exception {
            Export.Processing export = claimed();

            Delivery delivery = deliver(export);

            byte[] expected = "perro\ngato\n2 records\n".getBytes(UTF_8);
            URI location = entry(export).location();
            assertThat(store.objects).containsOnlyKeys(location);
            assertThat(store.objects.get(location)).isEqualTo(expected);
            DeliveredFile file = new DeliveredFile(
                    location,
                    "text/plain",
                    expected.length,
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(expected)),
                    Exports.NOON,
                    "001",
                    Map.of(LearningDatasets.VOCABULARY, 2L),
                    List.of(),
                    List.of());
            assertThat(delivery)
                    .isEqualTo(new Delivery.Delivered(new Export.Completed(
                            export.id(),
                            export.request(),
                            file,
                            history.now(),
                            history.now().plus(RETENTION))));
            assertThat(history.leftovers(store.root(), Duration.ZERO, 10)).isEmpty();
        }

        /** The file is whole, and the same failure would follow each attempt. */
        @Test
        void doesNotDependOnWhatTheWriterCannotTidyUp() {
            formats = new LineFormat(true);

            assertThat(deliver(claimed())).isInstanceOf(Delivery.Delivered.class);
        }

        @Test
        void namesTheObjectByExportAttemptAndRandomBits() {
            Export.Processing first = claimed();
            history.retry(first, Exports.storeUnavailable(), Duration.ZERO);
            Export.Processing second = claimed();

            deliver(second);

            assertThat(store.names)
                    .hasSize(1)
                    .allSatisfy(name -> assertThat(name).matches(second.id() + "/2-[0-9a-f]{32}\\.txt"));
            assertThat(store.downloadNames).containsExactly("satchel-vocabulary-2026-03-01.txt");
        }

        @Test
        void namesTheDownloadOfAnArchiveForPeople() {
            for (ExportType type : List.of(LearningTypes.ALL, LearningTypes.QA)) {
                history.request(new ExportRequest(user, type, ExportFormat.ARCHIVE, ExportFilters.NONE));
                deliver(history.claim("worker", LEASE).orElseThrow());
            }

            assertThat(store.downloadNames)
                    .containsExactly("satchel-learning-data-2026-03-01.txt", "satchel-qa-2026-03-01.txt");
        }

        @Test
        void isInTheJournalBeforeTheFirstByte() {
            Export.Processing export = claimed();
            Set<URI> known = new HashSet<>();
            store.onOpen = () -> known.addAll(history.remembered());

            deliver(export);

            assertThat(known).containsExactly(entry(export).location());
        }

        @Test
        void stopsItsHeartbeats() throws InterruptedException {
            deliver(claimed());
            int beats = flaky.beats.get();

            TimeUnit.MILLISECONDS.sleep(50);

            // One that had begun may still have come through.
            assertThat(flaky.beats.get()).isBetween(beats, beats + 1);
        }
    }

    @Nested
    class FailureBeforeTheCommit {

        @ParameterizedTest
        @CsvSource({"OPEN", "WRITE", "COMMIT", "READ", "CLOSE"})
        void isRetriedIfItIsTemporary(Fault fault) {
            Export.Processing export = claimed();
            fail(fault, "down");

            Delivery delivery = deliver(export);

            assertThat(delivery).isInstanceOfSatisfying(Delivery.Retried.class, retried -> {
                assertThat(retried.failure()).isEqualTo(Exports.storeUnavailable());
                assertThat(retried.export().attempts()).isEqualTo(1);
                assertThat(retried.delay()).isZero();
                assertThat(retried.cause()).hasMessage("down");
            });
            assertThat(entry(export).status()).isEqualTo("pending");
            assertNothingIsLeft();
        }

        @ParameterizedTest
        @CsvSource({"OPEN", "WRITE", "COMMIT", "READ", "CLOSE"})
        void failsTheExportIfItIsPermanent(Fault fault) {
            Export.Processing export = claimed();
            fail(fault, "broken");

            Delivery delivery = deliver(export);

            assertThat(delivery)
                    .isInstanceOfSatisfying(
                            Delivery.Failed.class,
                            given -> assertThat(given.export().failure()).isEqualTo(DEFECT));
            assertThat(entry(export).status()).isEqualTo("failed");
            assertNothingIsLeft();
        }

        @Test
        void hasItsOwnCauseAlsoWhereTheWriterCannotTidyUp() {
            formats = new LineFormat(true);
            fail(Fault.READ, "a defect of the reading");

            assertThat(deliver(claimed()))
                    .isInstanceOfSatisfying(
                            Delivery.Failed.class,
                            failed -> assertThat(failed.cause()).hasMessage("a defect of the reading"));
        }

        @Test
        void failsTheExportAfterTheLastAttempt() {
            fail(Fault.COMMIT, "down");

            assertThat(deliver(claimed())).isInstanceOf(Delivery.Retried.class);
            assertThat(deliver(claimed())).isInstanceOf(Delivery.Retried.class);
            Export.Processing last = claimed();
            assertThat(deliver(last)).isInstanceOf(Delivery.Failed.class);

            assertThat(entry(last).error()).isEqualTo("store_unavailable: the store did not answer");
            assertThat(entry(last).retries()).isEqualTo(2);
        }

        @Test
        void staysInTheJournalWhenTheObjectCannotBeDeleted() {
            Export.Processing export = claimed();
            fail(Fault.WRITE, "down");
            store.deletesFail = true;

            deliver(export);

            assertThat(history.remembered()).hasSize(1);
        }

        @Test
        void isUnconfirmedWhenTheHistoryDoesNotAnswerEither() {
            Export.Processing export = claimed();
            fail(Fault.READ, "down");
            flaky.endsFail = true;

            Delivery delivery = deliver(export);

            assertThat(delivery)
                    .isInstanceOfSatisfying(
                            Delivery.Unconfirmed.class,
                            unconfirmed -> assertThat(unconfirmed.cause().getSuppressed())
                                    .extracting(Throwable::getMessage)
                                    .containsExactly("down"));
            assertNothingIsLeft();
        }
    }

    @Nested
    class FailureOfTheOperator {

        @ParameterizedTest
        @CsvSource({"OPEN", "WRITE", "COMMIT", "READ", "CLOSE"})
        void makesTheExportWaitWithoutSpendingTheAttempt(Fault fault) {
            Export.Processing export = claimed();
            fail(fault, "denied");

            Delivery delivery = deliver(export);

            assertThat(delivery).isInstanceOfSatisfying(Delivery.Postponed.class, postponed -> {
                assertThat(postponed.failure()).isEqualTo(Exports.accessDenied());
                assertThat(postponed.storeFailed()).isFalse();
                assertThat(postponed.export().attempts()).isZero();
            });
            assertThat(entry(export).status()).isEqualTo("pending");
            assertThat(entry(export).error()).isEqualTo(Exports.accessDenied().message());
            assertThat(history.claim("worker", LEASE)).isEmpty();
            history.letPass(Duration.ofMinutes(5));
            assertThat(claimed().attempt()).isEqualTo(1);
            assertNothingIsLeft();
        }

        @ParameterizedTest
        @CsvSource({"OPEN, down", "WRITE, broken", "COMMIT, denied", "READ, broken", "CLOSE, down"})
        void isAnyFailureWhileTheStoreFailsItsProbe(Fault fault, String message) throws IOException {
            Export.Processing export = claimed();
            fail(fault, message);
            failProbe("denied");

            Delivery delivery = deliver(export);

            assertThat(delivery).isInstanceOfSatisfying(Delivery.Postponed.class, postponed -> {
                assertThat(postponed.failure()).isEqualTo(Exports.accessDenied());
                assertThat(postponed.storeFailed()).isTrue();
                assertThat(postponed.delay()).isZero();
                assertThat(postponed.cause()).hasMessage(message);
            });
            assertThat(claimed().attempt()).isEqualTo(1);
        }

        @Test
        void isNotAFailureOfTheDatabase() throws IOException {
            Export.Processing export = claimed();
            fail(Fault.READ, "away");
            failProbe("denied");

            assertThat(deliver(export)).isInstanceOf(Delivery.Retried.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {"away", "locked"})
        void isNotAFailureOfTheDatabaseDuringTheProbe(String reason) throws IOException {
            Export.Processing export = claimed();
            fail(Fault.READ, "broken");
            failProbe(reason);

            assertThat(deliver(export)).isInstanceOf(Delivery.Failed.class);
        }
    }

    @Nested
    class Errors {

        @Test
        void endTheExportWithTheirCause() {
            Export.Processing export = claimed();
            words.between = () -> {
                throw new StackOverflowError();
            };

            assertThat(deliver(export)).isInstanceOfSatisfying(Delivery.Failed.class, given -> {
                assertThat(given.export().failure()).isEqualTo(DEFECT);
                assertThat(given.cause()).isInstanceOf(StackOverflowError.class);
            });
            assertThat(entry(export).status()).isEqualTo("failed");
            assertNothingIsLeft();
        }

        @Test
        void forLackOfMemoryEndTheExportTheSecondTime() {
            words.between = () -> {
                throw new OutOfMemoryError();
            };

            assertThat(deliver(claimed())).isInstanceOf(Delivery.Retried.class);
            assertThat(deliver(claimed()))
                    .isInstanceOfSatisfying(
                            Delivery.Failed.class,
                            given -> assertThat(given.export().failure()).isEqualTo(OUT_OF_MEMORY));
            assertNothingIsLeft();
        }

        @Test
        void whilePublishingKeepTheFileThatMayBePublished() {
            Export.Processing export = claimed();
            flaky.lostAnswers = 1;
            flaky.lostAnswer = new OutOfMemoryError();

            assertThat(deliver(export)).isInstanceOf(Delivery.Unconfirmed.class);

            assertThat(store.objects).containsOnlyKeys(entry(export).location());
        }

        @Test
        void areUnconfirmedWhenTheHistoryFailsToo() {
            Export.Processing export = claimed();
            words.between = () -> {
                throw new OutOfMemoryError();
            };
            flaky.endError = new OutOfMemoryError();

            assertThat(deliver(export)).isInstanceOf(Delivery.Unconfirmed.class);
        }

        @Test
        void endTheExportWhenTheJvmMostlyCollectsGarbage() {
            DeliverExport.Settings settings =
                    new DeliverExport.Settings(Duration.ofMillis(20), Duration.ofMillis(5), PATIENCE, RETENTION);
            Export.Processing export = claimed();
            words.between = () -> {
                choking.set(true);
                int enough = flaky.beats.get();
                awaitTicks(20);
                assertThat(flaky.beats.get()).isLessThan(enough + 20);
            };

            assertThat(deliver(export, settings))
                    .isInstanceOfSatisfying(
                            Delivery.Retried.class,
                            retried -> assertThat(retried.failure().code()).isEqualTo(Failure.Code.OUT_OF_MEMORY));
        }

        private void awaitTicks(int ticks) {
            try {
                CountDownLatch ticked = new CountDownLatch(ticks);
                heartbeats.scheduleWithFixedDelay(ticked::countDown, 5, 5, TimeUnit.MILLISECONDS);
                ticked.await();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }
}
