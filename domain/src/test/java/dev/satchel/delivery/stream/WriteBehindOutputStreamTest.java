package dev.satchel.delivery.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WriteBehindOutputStreamTest {

    private static final int BLOCK = 64 * 1024;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void writesTheSameBytes(long seed) throws IOException {
        Random random = new Random(seed);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        ByteArrayOutputStream written = new ByteArrayOutputStream();

        try (OutputStream behind = new WriteBehindOutputStream(written)) {
            for (int i = 0; i < 200; i++) {
                byte[] piece = new byte[random.nextInt(random.nextInt(10) == 0 ? 3 * BLOCK : 2_000)];
                random.nextBytes(piece);
                int offset = random.nextInt(piece.length + 1);
                behind.write(piece, offset, piece.length - offset);
                behind.write(i);
                expected.write(piece, offset, piece.length - offset);
                expected.write(i);
                if (random.nextInt(20) == 0) {
                    behind.flush();
                    assertThat(written.toByteArray()).isEqualTo(expected.toByteArray());
                }
            }
            behind.flush();
        }

        assertThat(written.toByteArray()).isEqualTo(expected.toByteArray());
    }

    @Test
    void writesAShortFileOnTheCallersThread() throws IOException {
        Threads out = new Threads();

        try (OutputStream behind = new WriteBehindOutputStream(out)) {
            behind.write(new byte[4 * BLOCK]);
            behind.flush();
        }

        assertThat(out.seen).containsExactly(Thread.currentThread());
    }

    @Test
    void writesALongFileOnAnotherThreadThatEndsWithIt() throws IOException {
        Threads out = new Threads();

        try (OutputStream behind = new WriteBehindOutputStream(out)) {
            behind.write(new byte[10 * BLOCK]);
        }

        assertThat(out.seen).hasSize(1).doesNotContain(Thread.currentThread());
        assertThat(out.seen).noneMatch(Thread::isAlive);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 50})
    void throwsAFailureOfTheOtherStreamUnchanged(int good) throws IOException {
        for (Throwable failure : new Throwable[] {
            new IOException("the disk is full"), new IllegalStateException("stopped"), new StackOverflowError("deep")
        }) {
            try (OutputStream behind = new WriteBehindOutputStream(new Failing(good, failure))) {
                assertThat(catchThrowable(() -> {
                            for (int i = 0; i < 1_000; i++) {
                                behind.write(new byte[BLOCK]);
                            }
                        }))
                        .isSameAs(failure);
            }
        }
    }

    @Test
    void throwsAFailureOfTheLastBlockWhenItFlushes() throws IOException {
        IOException failure = new IOException("the disk is full");

        // Fails once the caller has handed everything over, or the caller could meet the failure while it writes.
        CountDownLatch handedOver = new CountDownLatch(1);
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int value) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    handedOver.await();
                } catch (InterruptedException unexpected) {
                    throw new IOException(unexpected);
                }
                throw failure;
            }
        };

        try (OutputStream behind = new WriteBehindOutputStream(failing)) {
            behind.write(new byte[2 * BLOCK + 1]);
            handedOver.countDown();
            assertThatThrownBy(behind::flush).isSameAs(failure);
            assertThatThrownBy(behind::flush).isSameAs(failure);
        }
    }

    @Test
    void keepsFourBlocksInMemoryAtMost() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Blocked out = new Blocked(release);
        AtomicLong accepted = new AtomicLong();
        Thread caller = new Thread(() -> {
            try (OutputStream behind = new WriteBehindOutputStream(out)) {
                for (int i = 0; i < 20; i++) {
                    behind.write(new byte[BLOCK]);
                    accepted.incrementAndGet();
                }
                behind.flush();
            } catch (IOException unexpected) {
                accepted.set(-1);
            }
        });
        caller.start();

        awaitWaiting(caller);

        assertThat(accepted).hasValue(4);
        release.countDown();
        caller.join();
        assertThat(accepted).hasValue(20);
        assertThat(out.count).hasValue(20L * BLOCK);
    }

    @Test
    void isNotInUseAfterClosing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Blocked out = new Blocked(release, 1);
        OutputStream behind = new WriteBehindOutputStream(out);
        behind.write(new byte[4 * BLOCK + 1]);
        // A stream that is closed before its thread began to write has nothing to wait for.
        while (!out.busy) {
            Thread.onSpinWait();
        }
        AtomicBoolean closed = new AtomicBoolean();
        Thread closing = new Thread(() -> {
            try {
                behind.close();
                closed.set(!out.busy);
            } catch (IOException unexpected) {
                closed.set(false);
            }
        });
        closing.start();
        awaitWaiting(closing);
        release.countDown();
        closing.join();

        assertThat(closed).isTrue();
        // What waited behind the block that was being written is dropped.
        assertThat(out.count).hasValueLessThanOrEqualTo(2L * BLOCK);
    }

    @Test
    void endsAWriteThatIsInterrupted() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        OutputStream behind = new WriteBehindOutputStream(new Blocked(release));
        Thread.currentThread().interrupt();

        Throwable thrown = catchThrowable(() -> behind.write(new byte[10 * BLOCK]));

        assertThat(thrown).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        release.countDown();
        behind.close();
    }

    @Test
    void throwsAFailureFromTheWriteThatWaitsForIt() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        IOException failure = new IOException("the store is gone");
        OutputStream stalls = new OutputStream() {
            @Override
            public void write(int value) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    release.await();
                } catch (InterruptedException unexpected) {
                    throw new IOException(unexpected);
                }
                throw failure;
            }
        };
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicLong accepted = new AtomicLong();
        Thread caller = new Thread(() -> {
            try (OutputStream behind = new WriteBehindOutputStream(stalls)) {
                while (accepted.get() < 20) {
                    behind.write(new byte[BLOCK]);
                    accepted.incrementAndGet();
                }
            } catch (IOException failed) {
                thrown.set(failed);
            }
        });
        caller.start();
        awaitWaiting(caller);
        release.countDown();
        caller.join();

        assertThat(thrown).hasValue(failure);
        assertThat(accepted).hasValue(4);
    }

    @Test
    void doesNotWaitForAThreadThatEnded() throws Exception {
        OutputStream interrupting = new OutputStream() {
            @Override
            public void write(int value) {
                throw new UnsupportedOperationException();
            }

            // The thread ends when it gives the block back.
            @Override
            public void write(byte[] bytes, int offset, int length) {
                Thread.currentThread().interrupt();
            }
        };

        try (OutputStream behind = new WriteBehindOutputStream(interrupting)) {
            assertThatThrownBy(() -> behind.write(new byte[20 * BLOCK]))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the thread that writes the file was interrupted");
        }
    }

    @Test
    void takesNothingAfterClosing() throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        OutputStream behind = new WriteBehindOutputStream(written);
        behind.write(1);
        behind.close();

        assertThatThrownBy(() -> behind.write(2)).isInstanceOf(IOException.class);
        assertThatThrownBy(behind::flush).isInstanceOf(IOException.class);
        assertThat(written.size()).isZero();
    }

    // Waiting with a time limit, so that a thread that ended is noticed.
    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).as("the thread that should wait").isTrue();
            Thread.onSpinWait();
        }
    }

    private static final class Threads extends OutputStream {

        private final Set<Thread> seen = ConcurrentHashMap.newKeySet();

        @Override
        public void write(int value) {
            seen.add(Thread.currentThread());
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            seen.add(Thread.currentThread());
        }
    }

    /** Fails after some blocks. */
    private static final class Failing extends OutputStream {

        private final Throwable failure;
        private int left;

        Failing(int good, Throwable failure) {
            this.left = good;
            this.failure = failure;
        }

        @Override
        public void write(int value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (left-- > 0) {
                return;
            }
            if (failure instanceof IOException thrown) {
                throw thrown;
            }
            if (failure instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw (Error) failure;
        }
    }

    /** Waits with its first block, or with the one after some, until it is released. */
    private static final class Blocked extends OutputStream {

        private final CountDownLatch release;
        private final AtomicLong count = new AtomicLong();
        private int passing;
        private volatile boolean busy;

        Blocked(CountDownLatch release) {
            this(release, 0);
        }

        Blocked(CountDownLatch release, int passing) {
            this.release = release;
            this.passing = passing;
        }

        @Override
        public void write(int value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (passing-- > 0) {
                count.addAndGet(length);
                return;
            }
            busy = true;
            try {
                release.await();
            } catch (InterruptedException unexpected) {
                throw new IOException(unexpected);
            }
            count.addAndGet(length);
            busy = false;
        }
    }
}
