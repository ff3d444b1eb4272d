package dev.satchel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.satchel.delivery.CleanUp;
import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.store.InMemoryFileStore.Step;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StoreCheckTest {

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final InMemoryFileStore store = new InMemoryFileStore();
    private final InMemoryProbeRecords probes = new InMemoryProbeRecords(history);
    private final StoreCheck check = new StoreCheck(store, history.stores(), history, probes);

    /** A file as a version without marks delivered it. */
    private URI deliveredBefore() throws IOException {
        URI location = publishedBefore();
        store.arrive(location, new byte[] {1});
        return location;
    }

    private URI publishedBefore() {
        history.request(Requests.of(history.addUser()));
        Export.Processing export =
                history.claim("worker", Duration.ofMinutes(2)).orElseThrow();
        URI location = Exports.locationOf(export, store.root());
        history.opened(export, location);
        history.complete(export, Exports.file(location), Duration.ofDays(7));
        return location;
    }

    private KnownStore known() {
        return history.stores().find(store.root()).orElseThrow();
    }

    private void assertMismatch(String... texts) {
        assertThatExceptionOfType(StoreMismatchException.class)
                .isThrownBy(check::check)
                .withMessageStartingWith("the store memory:/store/ is not the one that the database knows: ")
                .withMessageContainingAll(texts);
    }

    @Nested
    class FirstUse {

        @Test
        void marksTheStore() throws IOException {
            check.check();

            assertThat(known().marked()).isTrue();
            assertThat(store.names()).containsExactly(known().markName());
            try (InputStream mark = store.read(store.locate(known().markName()))) {
                assertThat(new String(mark.readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith(known().id().toString())
                        .isEqualTo(known().markText());
            }
        }

        @Test
        void marksTheStoreOnceHoweverManyComeAtOnce() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Future<?>> checks = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    checks.add(threads.submit(() -> {
                        check.check();
                        return null;
                    }));
                }
                for (Future<?> one : checks) {
                    one.get();
                }
            } finally {
                threads.shutdownNow();
            }

            assertThat(store.names()).containsExactly(known().markName());
        }

        @Test
        void isFinishedByTheNextWhenTheFirstDied() throws IOException {
            store.failOn(Step.COMMITTED, () -> new IllegalStateException("killed"));
            store.failOn(Step.READ, () -> new IllegalStateException("killed"));
            assertThatThrownBy(check::check).hasMessage("killed");
            store.recover();
            KnownStore begun = known();
            assertThat(begun.marked()).isFalse();

            check.check();

            assertThat(store.names()).containsExactly(begun.markName());
            assertThat(known().marked()).isTrue();
        }

        @Test
        void leavesTheMarksOfOtherDatabasesAlone() throws IOException {
            InMemoryExportHistory other = new InMemoryExportHistory();
            StoreCheck otherCheck = new StoreCheck(store, other.stores(), other, new InMemoryProbeRecords(other));

            otherCheck.check();
            check.check();

            assertThat(store.names()).hasSize(2).contains(known().markName());
            otherCheck.check();
            check.check();
        }

        @Test
        void saysWhatTheStoreRefused() {
            store.failOn(Step.OPEN, () -> new IOException("denied"));

            assertThatThrownBy(check::check).hasMessage("denied");

            assertThat(known().marked()).isFalse();
        }
    }

    @Nested
    class LaterUse {

        @Test
        void passesWhileTheMarkIsThere() throws IOException {
            check.check();

            check.check();
            check.recognize();

            assertThat(store.names()).hasSize(1);
        }

        @Test
        void refusesAStoreWithoutTheMark() throws IOException {
            check.check();
            store.exchange();

            assertMismatch("its mark " + known().markName() + " is not there", "satchel store init");
            assertThatExceptionOfType(StoreMismatchException.class).isThrownBy(check::recognize);
            assertThat(store.names()).isEmpty();
        }

        @Test
        void refusesAStoreThatAnswersWithSomethingElse() throws IOException {
            check.check();
            store.arrive(store.locate(known().markName()), "<html>Log in</html>".getBytes(StandardCharsets.US_ASCII));

            assertMismatch("is not there");
        }

        @Test
        void saysWhatTheStoreSaysWhenItFails() throws IOException {
            check.check();
            store.failOn(Step.READ, () -> new IOException("down"));

            assertThatThrownBy(check::check).hasMessage("down");
        }
    }

    /** Files were delivered before the database knew stores. */
    @Nested
    class Upgrade {

        @Test
        void marksAStoreThatHoldsOneOfTheFiles() throws IOException {
            URI there = deliveredBefore();
            publishedBefore();

            check.recognize();

            assertThat(known().marked()).isTrue();
            assertThat(history.published(store.root(), 10)).hasSize(2).contains(there);
            assertThat(history.stores().all()).hasSize(1);
        }

        @Test
        void refusesAStoreThatHoldsNoneOfThem() {
            publishedBefore();
            publishedBefore();

            assertMismatch("holds none of the 2 newest files that should be there", "satchel store init --replace");
            assertThatExceptionOfType(StoreMismatchException.class).isThrownBy(check::recognize);
            assertThat(store.names()).isEmpty();
        }

        @Test
        void acceptsAnEmptyStoreOnlyForDelivery() throws IOException {
            assertThatExceptionOfType(StoreMismatchException.class)
                    .isThrownBy(check::recognize)
                    .withMessageContaining(
                            "the store memory:/store/ has no mark and none of the files that the database has on record");

            check.check();

            check.recognize();
        }
    }

    @Nested
    class Init {

        @Test
        void marksANewStore() throws IOException {
            assertThat(check.init(false)).isEqualTo(withMark(known()));

            check.recognize();
        }

        @Test
        void leavesAMarkedStoreAsItIs() throws IOException {
            check.check();
            KnownStore before = known();

            assertThat(check.init(true)).isEqualTo(before);

            assertThat(history.stores().all()).hasSize(1);
        }

        @Test
        void marksAgainAStoreThatHoldsTheFiles() throws IOException {
            check.check();
            deliveredBefore();
            KnownStore before = known();
            store.delete(store.locate(before.markName()));

            assertThat(check.init(false).id()).isEqualTo(before.id());

            check.check();
        }

        @Test
        void refusesAStoreWithoutTheFilesUnlessItIsToReplaceTheOther() throws IOException {
            check.check();
            deliveredBefore();
            KnownStore before = known();
            store.exchange();
            assertThatExceptionOfType(StoreMismatchException.class)
                    .isThrownBy(() -> check.init(false))
                    .withMessageContaining("satchel store init --replace");

            KnownStore after = check.init(true);

            assertThat(after.id()).isNotEqualTo(before.id());
            check.check();
            assertThat(history.published(store.root(), 10)).isEmpty();
            assertThat(history.stores().all())
                    .extracting(KnownStores.Use::expected, KnownStores.Use::files)
                    .containsExactly(tuple(true, 0L), tuple(false, 1L));
        }

        @Test
        void keepsEarlierFilesApartFromTheStoreThatReplacesTheirs() throws IOException {
            publishedBefore();

            check.init(true);

            assertThat(history.published(store.root(), 10)).isEmpty();
            check.check();
        }

        @Test
        void goesBackToAStoreThatWasReplaced() throws IOException {
            check.check();
            URI file = deliveredBefore();
            KnownStore before = known();
            byte[] mark = before.markText().getBytes(StandardCharsets.US_ASCII);
            store.exchange();
            check.init(true);
            store.exchange();
            store.arrive(store.locate(before.markName()), mark);
            store.arrive(file, new byte[] {1});
            assertMismatch("is not there");

            assertThat(check.init(false)).isEqualTo(before);

            check.recognize();
            assertThat(history.published(store.root(), 10)).containsExactly(file);
        }

        private KnownStore withMark(KnownStore known) {
            return new KnownStore(known.id(), known.root(), known.address(), true);
        }
    }

    @Nested
    class Probe {

        @Test
        void leavesNothingButTheMark() throws IOException {
            check.probe();

            assertThat(store.names()).containsExactly(known().markName());
            assertThat(probes.remembered()).isEmpty();
        }

        @Test
        void failsWhereTheStoreLacksTheMark() throws IOException {
            check.probe();
            store.exchange();

            assertThatExceptionOfType(StoreMismatchException.class).isThrownBy(check::probe);
        }

        @Test
        void saysWhatTheStoreRefused() throws IOException {
            check.check();
            for (Step step : List.of(Step.OPEN, Step.WRITE, Step.COMMIT, Step.CLOSE, Step.READ, Step.DELETE)) {
                store.failOn(step, () -> new IOException("refused"));

                // Nothing closes an upload that was committed.
                if (step != Step.CLOSE) {
                    assertThatThrownBy(check::probe).as(step.name()).hasMessage("refused");
                }
                store.recover();
            }
        }

        @Test
        void staysOnRecordUntilItIsRemoved() throws IOException {
            check.check();
            store.failOn(Step.DELETE, () -> new IOException("refused"));
            assertThatThrownBy(check::probe).hasMessage("refused");
            assertThat(probes.remembered()).hasSize(1);
            history.letPass(Duration.ofHours(1));
            store.recover();

            new CleanUp(history, store, check, probes, Duration.ofHours(1)).removeProbes(10);

            assertThat(store.names()).containsExactly(known().markName());
            assertThat(probes.remembered()).isEmpty();
        }

        @Test
        void staysOnRecordWhileItMayArriveLate() throws IOException {
            check.check();
            store.loseAnswers(Duration.ofHours(1));

            check.probe();

            assertThat(store.names()).containsExactly(known().markName());
            assertThat(probes.remembered()).hasSize(1);
            history.letPass(Duration.ofMinutes(59));
            CleanUp cleanUp = new CleanUp(history, store, check, probes, Duration.ofSeconds(1));
            cleanUp.removeProbes(10);
            assertThat(probes.remembered()).hasSize(1);
            history.letPass(Duration.ofMinutes(1));
            cleanUp.removeProbes(10);
            assertThat(probes.remembered()).isEmpty();
        }
    }

    @Nested
    class Look {

        @Test
        void acceptsAStoreThatWasNeverUsedAndWritesNothing() throws IOException {
            check.look();

            assertThat(store.names()).isEmpty();
            assertThat(history.stores().find(store.root())).isEmpty();
        }

        @Test
        void acceptsTheKnownStore() throws IOException {
            check.check();

            check.look();

            assertThat(store.names()).containsExactly(known().markName());
        }

        @Test
        void refusesAStoreWithoutTheMark() throws IOException {
            check.check();
            store.delete(store.locate(known().markName()));

            assertThatExceptionOfType(StoreMismatchException.class)
                    .isThrownBy(check::look)
                    .withMessageContaining(known().markName());
        }

        @Test
        void saysWhatTheStoreRefused() throws IOException {
            store.failOn(Step.READ, () -> new IOException("refused"));
            assertThatThrownBy(check::look).hasMessage("refused");
            store.recover();
            check.check();
            store.failOn(Step.READ, () -> new IOException("refused"));
            assertThatThrownBy(check::look).hasMessage("refused");
        }
    }
}
