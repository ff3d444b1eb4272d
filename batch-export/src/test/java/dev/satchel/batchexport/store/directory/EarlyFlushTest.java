package dev.satchel.batchexport.store.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EarlyFlushTest {

    private static final long MIB = 1024 * 1024;

    private final AtomicInteger flushes = new AtomicInteger();

    @Test
    void leavesAShortFileToTheFlushAtItsEnd() throws IOException {
        EarlyFlush early = new EarlyFlush(flushes::incrementAndGet);

        early.wrote(32 * MIB - 1);
        early.await();

        assertThat(flushes).hasValue(0);
    }

    @Test
    void flushesEachTimeTheFileHasGrown() throws IOException {
        EarlyFlush early = new EarlyFlush(flushes::incrementAndGet);

        for (int mib = 1; mib <= 100; mib++) {
            early.wrote(mib * MIB);
            early.await();
        }

        assertThat(flushes).hasValue(3);
    }

    @Test
    void letsWritingGoOnWhileItFlushes() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        EarlyFlush early = new EarlyFlush(() -> {
            flushes.incrementAndGet();
            await(end);
        });

        early.wrote(32 * MIB);
        early.wrote(64 * MIB);
        early.wrote(96 * MIB);
        end.countDown();
        early.await();

        assertThat(flushes).hasValue(1);
    }

    @Test
    void reportsAFailureWhenTheNextFlushIsDue() {
        EarlyFlush early = new EarlyFlush(EarlyFlushTest::fail);

        assertThatThrownBy(() -> {
                    for (int mib = 32; ; mib += 32) {
                        early.wrote(mib * MIB);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("of the disk");
    }

    @Test
    void reportsAFailureAtTheEnd() throws IOException {
        EarlyFlush early = new EarlyFlush(EarlyFlushTest::fail);

        early.wrote(32 * MIB);

        assertThatThrownBy(early::await).isInstanceOf(IOException.class).hasMessage("of the disk");
        assertThatThrownBy(early::await).as("again").isInstanceOf(IOException.class);
    }

    /** A flush of a slow disk takes longer than somebody who gives an export up may be kept waiting. */
    @Test
    void endsTheWaitWhenTheFileIsGivenUp() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        EarlyFlush early = new EarlyFlush(() -> await(end));
        early.wrote(32 * MIB);

        early.abort();

        assertThatThrownBy(early::await).isInstanceOf(IOException.class).hasMessageContaining("given up");
        end.countDown();
    }

    @Test
    void beginsNoFlushOfAFileThatWasGivenUp() throws IOException {
        EarlyFlush early = new EarlyFlush(flushes::incrementAndGet);

        early.abort();
        early.wrote(32 * MIB);
        early.await();

        assertThat(flushes).hasValue(0);
    }

    @Test
    void waitsForNothingThatDidNotBegin() {
        assertThatCode(new EarlyFlush(EarlyFlushTest::fail)::await).doesNotThrowAnyException();
    }

    private static void fail() throws IOException {
        throw new IOException("of the disk");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
