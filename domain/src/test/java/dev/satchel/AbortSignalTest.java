package dev.satchel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// On threads of their own, because a thread that waits for a monitor cannot be interrupted.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AbortSignalTest {

    private final AbortSignal signal = new AbortSignal();
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsTheOtherActionsWhenOneThrows() {
        try (AbortSignal.Registration first = signal.register(() -> fail(new IllegalStateException("closed")));
                AbortSignal.Registration second = signal.register(() -> fail(new AssertionError("defect")));
                AbortSignal.Registration third = signal.register(() -> ran.add("third"))) {
            assertThat(List.of(first, second, third)).doesNotContainNull();

            signal.abort();
            signal.abort();
        }

        assertThat(ran).containsExactly("throwing", "throwing", "third", "throwing", "throwing", "third");
    }

    private void fail(RuntimeException failure) {
        ran.add("throwing");
        throw failure;
    }

    private void fail(Error failure) {
        ran.add("throwing");
        throw failure;
    }

    @Test
    void runsALateActionAtOnceAndSurvivesIt() {
        signal.abort();

        try (AbortSignal.Registration late = signal.register(() -> fail(new IllegalStateException("closed")))) {
            assertThat(late).isNotNull();
        }

        assertThat(ran).containsExactly("throwing");
    }

    @Test
    void runsNoActionOfAClosedRegistration() {
        signal.register(() -> ran.add("closed")).close();

        signal.abort();

        assertThat(ran).isEmpty();
    }

    @Test
    void letsOtherStepsBeginAndEndWhileAnActionWaits() throws InterruptedException {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        AbortSignal.Registration slow = signal.register(() -> {
            waiting.countDown();
            awaitUninterrupted(answer);
            ran.add("slow");
        });
        Thread aborting = new Thread(signal::abort);
        aborting.setDaemon(true);
        aborting.start();
        waiting.await();

        signal.register(() -> ran.add("other")).close();
        answer.countDown();
        slow.close();

        assertThat(ran).containsExactly("other", "slow");
        aborting.join();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
