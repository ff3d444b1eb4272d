package dev.satchel.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class JudgeTest {

    private static final Content WHOLE = Content.of(List.of("a", "b"));
    private static final Content HALF = Content.of(List.of("a"));

    private static Event asked(int at) {
        return new Event.Asked(time(at), "export", WHOLE);
    }

    private static Event claimed(int at, String worker) {
        return new Event.Claimed(time(at), "export", worker);
    }

    private static Event visible(int at, String object) {
        return new Event.Visible(time(at), object, WHOLE);
    }

    private static Event published(int at, String object, String worker) {
        return new Event.Published(time(at), "export", object, worker);
    }

    private static Event deleted(int at, String object) {
        return new Event.Deleted(time(at), object);
    }

    private static Event givenUp(int at) {
        return new Event.GivenUp(time(at), "export");
    }

    private static Instant time(int seconds) {
        return Instant.ofEpochSecond(seconds);
    }

    private static List<Finding> judge(Event... history) {
        return Judge.judge(List.of(history));
    }

    @Test
    void findsNothingWrongWithAnExportThatWasDeliveredOnce() {
        assertThat(judge(asked(1), claimed(2, "one"), visible(3, "file"), published(4, "file", "one")))
                .isEmpty();
    }

    @Test
    void findsNothingWrongWithAnExportThatAnotherWorkerTookOver() {
        assertThat(judge(
                        asked(1),
                        claimed(2, "one"),
                        visible(3, "first"),
                        claimed(4, "two"),
                        visible(5, "second"),
                        published(6, "second", "two"),
                        deleted(7, "first")))
                .isEmpty();
    }

    @Test
    void ordersTheEventsByTheirTimes() {
        assertThat(judge(published(4, "file", "one"), visible(3, "file"), claimed(2, "one"), asked(1)))
                .isEmpty();
    }

    @Test
    void refusesAHistoryInWhichAnExportWasClaimedThatNobodyAskedFor() {
        assertThatThrownBy(() -> judge(claimed(1, "one")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nobody asked for the export export");
    }

    @Nested
    class Lost {

        @Test
        void isAnExportThatWasGivenUp() {
            assertThat(judge(asked(1), claimed(2, "one"), givenUp(3)))
                    .containsExactly(new Finding(Verdict.LOST, "export", "given up"));
        }

        @Test
        void isAnExportWhoseFileWasNeverThere() {
            assertThat(judge(asked(1), claimed(2, "one"), published(3, "file", "one")))
                    .containsExactly(new Finding(Verdict.LOST, "export", "done, but file is not there"));
        }

        @Test
        void isAnExportWhoseFileIsGone() {
            assertThat(judge(
                            asked(1),
                            claimed(2, "one"),
                            visible(3, "file"),
                            published(4, "file", "one"),
                            deleted(5, "file")))
                    .containsExactly(new Finding(Verdict.LOST, "export", "done, but file is not there"));
        }
    }

    @Nested
    class Stuck {

        @Test
        void isAnExportThatNobodyTookUp() {
            assertThat(judge(asked(1)))
                    .containsExactly(new Finding(Verdict.STUCK, "export", "neither done nor given up"));
        }

        @Test
        void isAnExportThatIsStillBeingWorkedOn() {
            assertThat(judge(asked(1), claimed(2, "one")))
                    .containsExactly(new Finding(Verdict.STUCK, "export", "neither done nor given up"));
        }
    }

    @Test
    void doubledIsAnExportThatWasPublishedTwice() {
        assertThat(judge(
                        asked(1),
                        claimed(2, "one"),
                        visible(3, "file"),
                        published(4, "file", "one"),
                        published(5, "file", "one")))
                .containsExactly(new Finding(Verdict.DOUBLED, "export", "published 2 times"));
    }

    @Test
    void truncatedIsAFileThatHoldsOtherRecords() {
        assertThat(judge(
                        asked(1),
                        claimed(2, "one"),
                        new Event.Visible(time(3), "file", HALF),
                        published(4, "file", "one")))
                .containsExactly(new Finding(
                        Verdict.TRUNCATED, "export", "asked for " + WHOLE + ", found " + HALF + " in file"));
    }

    @Test
    void orphanedIsAnObjectThatIsTheFileOfNoExport() {
        assertThat(judge(
                        asked(1),
                        claimed(2, "one"),
                        visible(3, "first"),
                        claimed(4, "two"),
                        visible(5, "second"),
                        published(6, "second", "two")))
                .containsExactly(new Finding(Verdict.ORPHANED, "first", "not the file of an export"));
    }

    @Nested
    class StaleWrite {

        @Test
        void isAFileThatWasWrittenAgainAfterItWasPublished() {
            assertThat(judge(
                            asked(1),
                            claimed(2, "one"),
                            visible(3, "file"),
                            published(4, "file", "one"),
                            visible(5, "file")))
                    .containsExactly(
                            new Finding(
                                    Verdict.STALE_WRITE,
                                    "export",
                                    "file was written again 1970-01-01T00:00:05Z, after it was published 1970-01-01T00:00:04Z"));
        }

        @Test
        void isAnExportThatWasPublishedByAWorkerThatHadLostIt() {
            assertThat(judge(
                            asked(1),
                            claimed(2, "one"),
                            visible(3, "file"),
                            claimed(4, "two"),
                            published(5, "file", "one")))
                    .containsExactly(
                            new Finding(Verdict.STALE_WRITE, "export", "published by one after two had taken it up"));
        }
    }
}
