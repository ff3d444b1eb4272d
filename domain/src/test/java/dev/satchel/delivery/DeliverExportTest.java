package dev.satchel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.InMemoryFileStore;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.StoreMismatchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DeliverExportTest {

    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofDays(1);
    private static final Duration RETENTION = Duration.ofDays(7);
    private static final DeliverExport.Settings SETTINGS =
            new DeliverExport.Settings(LEASE, Duration.ofMillis(5), PATIENCE, RETENTION);
    private static final RetryPolicy NO_DELAY = new RetryPolicy(3, Duration.ZERO, Duration.ZERO);

    private static final Failure DEFECT = new Failure(Failure.Code.INTERNAL, "a defect");
    private static final Failure OUT_OF_MEMORY = new Failure(Failure.Code.OUT_OF_MEMORY, "too little memory");

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final UserId user = history.addUser();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicBoolean choking = new AtomicBoolean();
    private final Store store = new Store();
    private final InMemoryFileStore marked = new InMemoryFileStore();
    private final InMemoryProbeRecords probes = new InMemoryProbeRecords(history);
    private final StoreCheck check = new StoreCheck(marked, history.stores(), history, probes);
    private final Words words = new Words();
    private final FlakyHistory flaky = new FlakyHistory();
    private final ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void shutDown() {
        heartbeats.shutdownNow();
    }

    private Export.Processing claimed() {
        history.request(Requests.of(user));
        return history.claim("worker", LEASE).orElseThrow();
    }

    private void failProbe(String message) throws IOException {
        check.check();
        marked.failOn(InMemoryFileStore.Step.OPEN, () -> new IOException(message));
    }

    private Delivery deliver(Export.Processing export) {
        return deliver(export, SETTINGS);
    }

    private Delivery deliver(Export.Processing export, DeliverExport.Settings settings) {
        return new DeliverExport(
                        flaky,
                        history,
                        words,
                        new Lines(),
                        store,
                        check,
                        DeliverExportTest::diagnose,
                        NO_DELAY,
                        new DeliverExport.Heartbeats(heartbeats, choking::get, System::nanoTime),
                        settings)
                .deliver(export, stopped::get);
    }

    private static Failure diagnose(Throwable thrown) {
        if (thrown instanceof OutOfMemoryError) {
            return OUT_OF_MEMORY;
        }
        return switch (String.valueOf(thrown.getMessage())) {
            case "denied" -> Exports.accessDenied();
            case "down" -> Exports.storeUnavailable();
            case "away" -> new Failure(Failure.Code.DATABASE_UNAVAILABLE, "the database is away");
            case "locked" -> new Failure(Failure.Code.DATABASE_LOCKED, "the database is locked");
            default -> DEFECT;
        };
    }

    private ExportCatalog.Entry entry(Export export) {
        return history.find(export.id()).orElseThrow();
    }

    private void assertNothingIsLeft() {
        assertThat(store.objects).isEmpty();
        assertThat(store.openUploads).isZero();
        assertThat(history.remembered()).isEmpty();
    }

    private void takeTheLeaseAway() {
        history.letPass(LEASE.plusSeconds(1));
        history.reclaimExpired(5);
    }

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

        @Test
        void namesTheObjectAfterTheExportTheAttemptAndChance() {
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
        void isKnownToTheLedgerBeforeTheFirstByte() {
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
        void isTriedAgainWhereWaitingCanHelp(Fault fault) {
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
        void isGivenUpWhereWaitingCannotHelp(Fault fault) {
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
        void isGivenUpAfterTheLastAttempt() {
            fail(Fault.COMMIT, "down");

            assertThat(deliver(claimed())).isInstanceOf(Delivery.Retried.class);
            assertThat(deliver(claimed())).isInstanceOf(Delivery.Retried.class);
            Export.Processing last = claimed();
            assertThat(deliver(last)).isInstanceOf(Delivery.Failed.class);

            assertThat(entry(last).error()).isEqualTo("store_unavailable: the store did not answer");
            assertThat(entry(last).retries()).isEqualTo(2);
        }

        @Test
        void staysInTheLedgerWhenTheStoreCannotBeCleaned() {
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

    private void fail(Fault fault, String message) {
        words.fault = fault == Fault.READ ? message : "";
        store.fault = fault;
        store.message = message;
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
        void isWhateverHappensWhileTheStoreFailsItsProbe(Fault fault, String message) throws IOException {
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
        void isNotWhatTheDatabaseDidNotAnswerInTheProbe(String reason) throws IOException {
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
        void leaveTheHistoryToTheLeaseWhenEvenItFails() {
            Export.Processing export = claimed();
            words.between = () -> {
                throw new OutOfMemoryError();
            };
            flaky.endError = new OutOfMemoryError();

            assertThat(deliver(export)).isInstanceOf(Delivery.Unconfirmed.class);
        }

        @Test
        void areNotWaitedForWhereTheJvmDoesLittleElseThanCollectGarbage() {
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

    @Nested
    class AnotherStore {

        @Test
        void isGivenNothing() throws IOException {
            check.check();
            marked.exchange();
            Export.Processing export = claimed();

            Delivery delivery = deliver(export);

            assertThat(delivery)
                    .isInstanceOfSatisfying(
                            Delivery.Postponed.class,
                            postponed -> assertThat(postponed.cause()).isInstanceOf(StoreMismatchException.class));
            assertThat(store.names).isEmpty();
            assertNothingIsLeft();
        }
    }

    @Nested
    class RequestWithoutAnswer {

        @BeforeEach
        void loseIt() {
            store.settled = false;
        }

        @ParameterizedTest
        @CsvSource({"WRITE", "COMMIT", "CLOSE"})
        void leavesTheEntryToCleanUpAfterAFailure(Fault fault) {
            store.fault = fault;
            store.message = "down";

            deliver(claimed());

            assertThat(store.objects).isEmpty();
            assertThat(history.remembered()).hasSize(1);
        }

        @Test
        void leavesTheEntryToCleanUpAfterTheLeaseWasLost() {
            store.onCommit = DeliverExportTest.this::takeTheLeaseAway;

            deliver(claimed());

            assertThat(store.objects).isEmpty();
            assertThat(history.remembered()).hasSize(1);
        }

        @Test
        void isOnRecordWithThePublishedFile() {
            Export.Processing export = claimed();

            assertThat(deliver(export)).isInstanceOf(Delivery.Delivered.class);

            URI location = entry(export).location();
            history.deleteExport(export.id());
            assertThat(history.removed(location, store.requestLifetime())).isFalse();
            history.letPass(store.requestLifetime());
            assertThat(history.removed(location, store.requestLifetime())).isTrue();
        }
    }

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
            store.onCommit = DeliverExportTest.this::takeTheLeaseAway;
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
    class Stop {

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

    private enum Fault {
        NONE,
        READ,
        OPEN,
        WRITE,
        COMMIT,
        CLOSE
    }

    /** Two words, pushed one after the other. */
    private static final class Words implements UserRecords {

        private String fault = "";
        private Runnable between = () -> {};
        private Runnable after = () -> {};

        @Override
        public Snapshot read(UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink)
                throws IOException {
            sink.beginDataset(LearningDatasets.VOCABULARY, List.of(new Column("word", Column.Type.TEXT)));
            word("perro", sink);
            between.run();
            if (!fault.isEmpty()) {
                throw new IllegalStateException(fault);
            }
            word("gato", sink);
            sink.endDataset();
            Snapshot snapshot = new Snapshot(Exports.NOON, Map.of(LearningDatasets.VOCABULARY, 2L), List.of(), "001");
            after.run();
            return snapshot;
        }

        private static void word(String word, RecordSink sink) throws IOException {
            byte[] utf8 = word.getBytes(UTF_8);
            sink.beginRecord();
            sink.text(utf8, 0, utf8.length);
            sink.endRecord();
        }
    }

    /** One text per line, and the number of records at the end. */
    private static final class Lines implements FileFormats {

        @Override
        public String extension(ExportRequest request) {
            return "txt";
        }

        @Override
        public String contentType(ExportRequest request) {
            return "text/plain";
        }

        @Override
        public Writer open(ExportRequest request, OutputStream out) {
            return new LineWriter(out);
        }
    }

    private record LineWriter(OutputStream out) implements FileFormats.Writer {

        @Override
        public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
            long records = snapshot.records().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            // Byte by byte, as some encoders write.
            for (byte each : (records + " records\n").getBytes(UTF_8)) {
                out.write(each);
            }
            return List.of();
        }

        @Override
        public void text(byte[] utf8, int offset, int length) throws IOException {
            out.write(utf8, offset, length);
        }

        @Override
        public void endRecord() throws IOException {
            out.write('\n');
        }

        @Override
        public void beginDataset(Dataset dataset, List<Column> columns) {}

        @Override
        public void beginRecord() {}

        @Override
        public void missing() {}

        @Override
        public void bool(boolean value) {}

        @Override
        public void integer(long value) {}

        @Override
        public void decimal(byte[] ascii, int offset, int length) {}

        @Override
        public void nonFinite(NonFinite value) {}

        @Override
        public void uuid(long mostSignificantBits, long leastSignificantBits) {}

        @Override
        public void json(byte[] utf8, int offset, int length) {}

        @Override
        public void instant(long epochSecond, int microOfSecond) {}

        @Override
        public void date(long epochDay) {}

        @Override
        public void endDataset() {}
    }

    /** Keeps files in memory, and fails where it is told to. */
    private static final class Store implements FileStore {

        private final Map<URI, byte[]> objects = new TreeMap<>();
        private final List<String> names = new ArrayList<>();
        private final List<String> downloadNames = new ArrayList<>();
        private Fault fault = Fault.NONE;
        private String message = "";
        private boolean deletesFail;
        private boolean settled = true;
        private int openUploads;
        private int commits;
        private Runnable onOpen = () -> {};
        private Runnable onWrite = () -> {};
        private Runnable onCommit = () -> {};

        private void failAt(Fault here) throws IOException {
            if (fault == here) {
                throw new IOException(message);
            }
        }

        @Override
        public URI root() {
            return URI.create("memory:///");
        }

        @Override
        public String address() {
            return "this process";
        }

        @Override
        public Duration requestLifetime() {
            return Duration.ofHours(1);
        }

        @Override
        public URI locate(String name) {
            return URI.create("memory:///" + name);
        }

        @Override
        public Upload open(String name, String downloadName, String contentType) throws IOException {
            onOpen.run();
            failAt(Fault.OPEN);
            names.add(name);
            downloadNames.add(downloadName);
            openUploads++;
            return new Writing(locate(name));
        }

        @Override
        public InputStream read(URI location) throws IOException {
            throw new IOException("delivery reads nothing back");
        }

        @Override
        public void delete(URI location) throws IOException {
            if (deletesFail) {
                throw new IOException("the store is down");
            }
            objects.remove(location);
        }

        @Override
        public URI link(URI location, Duration validity) throws IOException {
            throw new IOException("delivery links nothing");
        }

        private final class Writing implements Upload {

            private final URI location;
            private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

            Writing(URI location) {
                this.location = location;
            }

            @Override
            public OutputStream body() {
                return new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        write(new byte[] {(byte) value}, 0, 1);
                    }

                    @Override
                    public void write(byte[] some, int offset, int length) throws IOException {
                        Runnable once = onWrite;
                        onWrite = () -> {};
                        once.run();
                        failAt(Fault.WRITE);
                        bytes.write(some, offset, length);
                    }
                };
            }

            @Override
            public void commit() throws IOException {
                failAt(Fault.COMMIT);
                objects.put(location, bytes.toByteArray());
                commits++;
                onCommit.run();
            }

            @Override
            public boolean isSettled() {
                return settled;
            }

            @Override
            public void close() throws IOException {
                openUploads--;
                failAt(Fault.CLOSE);
            }
        }
    }

    /** The history behind a connection that breaks where it is told to. */
    private final class FlakyHistory implements ExportHistory {

        private final AtomicInteger beats = new AtomicInteger();
        private final AtomicInteger failingBeats = new AtomicInteger();
        private int lostAnswers;
        private Throwable lostAnswer = new IllegalStateException("connection lost");
        private Runnable afterLostAnswer = () -> {};
        private boolean endsFail;
        private int away;
        private @Nullable Error endError;

        @Override
        public void heartbeat(Export.Processing export, Duration lease) {
            try {
                if (failingBeats.getAndDecrement() > 0) {
                    throw new IllegalStateException("connection lost");
                }
                history.heartbeat(export, lease);
            } finally {
                beats.incrementAndGet();
            }
        }

        @Override
        public Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention) {
            Export.Completed completed = history.complete(export, file, retention);
            if (lostAnswers-- > 0) {
                afterLostAnswer.run();
                raise(lostAnswer);
            }
            return completed;
        }

        @Override
        public Export.Pending retry(Export.Processing export, Failure failure, Duration delay) {
            failIfTold();
            return history.retry(export, failure, delay);
        }

        @Override
        public Export.Failed fail(Export.Processing export, Failure failure) {
            failIfTold();
            return history.fail(export, failure);
        }

        @Override
        public Export.Pending release(Export.Processing export) {
            failIfTold();
            return history.release(export);
        }

        private void failIfTold() {
            if (endError != null) {
                raise(endError);
            }
            if (away-- > 0) {
                throw new IllegalStateException("away");
            }
            if (endsFail) {
                throw new IllegalStateException("connection lost");
            }
        }

        private static void raise(Throwable thrown) {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }

        @Override
        public Requested request(ExportRequest request) {
            return history.request(request);
        }

        @Override
        public List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters) {
            return history.requestForAllUsers(type, format, filters);
        }

        @Override
        public Optional<Export.Processing> claim(String worker, Duration lease) {
            return history.claim(worker, lease);
        }

        @Override
        public Backlog backlog(Duration silence) {
            return history.backlog(silence);
        }

        @Override
        public Export.Pending postpone(Export.Processing export, Failure failure, Duration delay) {
            failIfTold();
            return history.postpone(export, failure, delay);
        }

        @Override
        public void resume() {
            history.resume();
        }

        @Override
        public Optional<Requested> requestAgain(UUID failed) {
            return history.requestAgain(failed);
        }

        @Override
        public List<UUID> requestAgain(Failure.Code code) {
            return history.requestAgain(code);
        }

        @Override
        public List<Reclaimed> reclaimExpired(int attempts) {
            return history.reclaimExpired(attempts);
        }
    }
}
