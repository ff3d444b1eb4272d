package dev.satchel.batchexport.run.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.batchexport.Await;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream whose source does not answer. */
@Timeout(60)
class AbortableOpeningTest {

    private final AbortSignal signal = new AbortSignal();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    @AfterEach
    void letTheSourceAnswer() {
        answer.countDown();
    }

    @Test
    void returnsWhatTheSourceOpens() throws IOException {
        answer.countDown();

        try (InputStream content = AbortableOpening.open(this::silent, signal)) {
            signal.abort();

            assertThat(content.read()).isEqualTo(1);
            assertThat(closed).as("what was opened before is the caller's").isFalse();
        }
    }

    @Test
    void waitsForNothingAfterTheSignal() throws Exception {
        signal.abort();

        assertThatThrownBy(() -> AbortableOpening.open(this::silent, signal))
                .isExactlyInstanceOf(CancellationException.class);
        answer.countDown();
        Await.until("the stream is closed", closed::get);
    }

    @Test
    void throwsWhatTheSourceThrows() {
        for (Throwable failure : List.of(
                new FileNotFoundException("gone"), new IllegalStateException("closed"), new OutOfMemoryError("full"))) {
            assertThatThrownBy(() -> AbortableOpening.open(() -> failing(failure), signal))
                    .isSameAs(failure);
        }
    }

    @Test
    void waitsNoLongerThanTheSignalAndClosesWhatComesLater() throws Exception {
        FutureTask<InputStream> opening = new FutureTask<>(() -> AbortableOpening.open(this::silent, signal));
        new Thread(opening).start();
        asked.await();

        signal.abort();

        assertThatThrownBy(opening::get).hasCauseExactlyInstanceOf(CancellationException.class);
        assertThat(closed).isFalse();
        answer.countDown();
        Await.until("the stream is closed", closed::get);
    }

    @Test
    void waitsNoLongerThanAnInterrupt() throws Exception {
        FutureTask<Boolean> opening = new FutureTask<>(() -> {
            assertThatThrownBy(() -> AbortableOpening.open(this::silent, signal))
                    .isExactlyInstanceOf(CancellationException.class);
            return Thread.interrupted();
        });
        Thread thread = new Thread(opening);
        thread.start();
        asked.await();

        thread.interrupt();

        assertThat(opening.get()).as("is interrupted still").isTrue();
        answer.countDown();
        Await.until("the stream is closed", closed::get);
    }

    private InputStream silent() throws IOException {
        asked.countDown();
        try {
            answer.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
        return new ByteArrayInputStream(new byte[] {1}) {
            @Override
            public void close() {
                closed.set(true);
            }
        };
    }

    private static InputStream failing(Throwable failure) throws IOException {
        if (failure instanceof IOException thrown) {
            throw thrown;
        }
        if (failure instanceof RuntimeException thrown) {
            throw thrown;
        }
        throw (Error) failure;
    }
}
