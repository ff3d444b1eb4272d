package dev.satchel.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A correct history has no finding, and one thing that goes wrong in it has exactly its own. */
class JudgePropertiesTest {

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsNothingWrongWithACorrectHistory(long seed) {
        List<Event> history = Histories.correct(seed);
        Collections.shuffle(history, new Random(seed));

        assertThat(Judge.judge(history)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void findsWhatWentWrong(Corruption corruption) {
        seeds().forEach(seed -> {
            List<Event> history = Histories.correct(seed);
            List<Event.Published> publications = history.stream()
                    .filter(Event.Published.class::isInstance)
                    .map(Event.Published.class::cast)
                    .toList();
            Event.Published victim = publications.get(new Random(seed).nextInt(publications.size()));
            corruption.change.accept(history, victim);
            Collections.shuffle(history, new Random(seed));

            assertThat(Judge.judge(history))
                    .as("seed %d", seed)
                    .extracting(Finding::verdict, Finding::subject)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(
                            corruption.verdict, corruption.verdict == Verdict.ORPHANED ? "leftover" : victim.export()));
        });
    }

    /** One thing that goes wrong with an export that was otherwise delivered as it should be. */
    enum Corruption {
        A_WORKER_STOPS_BEFORE_IT_WRITES(Verdict.STUCK, (history, victim) -> {
            removeFile(history, victim);
            history.remove(victim);
        }),
        AN_EXPORT_IS_GIVEN_UP(Verdict.LOST, (history, victim) -> {
            removeFile(history, victim);
            history.remove(victim);
            history.add(new Event.GivenUp(victim.at(), victim.export()));
        }),
        A_FILE_IS_NEVER_WRITTEN(Verdict.LOST, Corruption::removeFile),
        A_FILE_IS_DELETED(
                Verdict.LOST, (history, victim) -> history.add(new Event.Deleted(later(victim), victim.object()))),
        AN_EXPORT_IS_PUBLISHED_TWICE(
                Verdict.DOUBLED,
                (history, victim) -> history.add(
                        new Event.Published(later(victim), victim.export(), victim.object(), victim.worker()))),
        A_FILE_LACKS_A_RECORD(
                Verdict.TRUNCATED,
                (history, victim) -> history.replaceAll(event -> event instanceof Event.Visible visible
                                && visible.object().equals(victim.object())
                        ? new Event.Visible(
                                visible.at(),
                                visible.object(),
                                new Content(
                                        visible.content().records() - 1,
                                        visible.content().sum()))
                        : event)),
        A_FILE_HAS_ANOTHER_RECORD(
                Verdict.TRUNCATED,
                (history, victim) -> history.replaceAll(event -> event instanceof Event.Visible visible
                                && visible.object().equals(victim.object())
                        ? new Event.Visible(
                                visible.at(),
                                visible.object(),
                                new Content(
                                        visible.content().records(),
                                        visible.content().sum() + 1))
                        : event)),
        AN_OBJECT_IS_LEFT(
                Verdict.ORPHANED,
                (history, victim) -> history.add(new Event.Visible(victim.at(), "leftover", Content.NONE))),
        A_FILE_IS_WRITTEN_AGAIN(
                Verdict.STALE_WRITE,
                (history, victim) ->
                        history.add(new Event.Visible(later(victim), victim.object(), contentOf(history, victim)))),
        ANOTHER_WORKER_HAD_TAKEN_OVER(
                Verdict.STALE_WRITE,
                (history, victim) ->
                        history.add(new Event.Claimed(victim.at().minusNanos(1), victim.export(), "worker-9")));

        private final Verdict verdict;
        private final BiConsumer<List<Event>, Event.Published> change;

        Corruption(Verdict verdict, BiConsumer<List<Event>, Event.Published> change) {
            this.verdict = verdict;
            this.change = change;
        }

        private static Instant later(Event.Published victim) {
            return victim.at().plusMillis(1);
        }

        private static void removeFile(List<Event> history, Event.Published victim) {
            history.removeIf(event ->
                    event instanceof Event.Visible visible && visible.object().equals(victim.object()));
        }

        private static Content contentOf(List<Event> history, Event.Published victim) {
            List<Content> contents = new ArrayList<>();
            for (Event event : history) {
                if (event instanceof Event.Asked asked && asked.export().equals(victim.export())) {
                    contents.add(asked.content());
                }
            }
            return contents.get(0);
        }
    }
}
