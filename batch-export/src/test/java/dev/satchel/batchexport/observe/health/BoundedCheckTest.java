package dev.satchel.batchexport.observe.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedCheckTest {

    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch answers = new CountDownLatch(1);

    private CheckResult slow() {
        asked.incrementAndGet();
        try {
            answers.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        return CheckResult.failed("the database refused the login");
    }

    @Test
    void aLateCheckFailsAndItsAnswerIsTheNextOne() throws Exception {
        BoundedCheck check = new BoundedCheck("the database", this::slow, Duration.ofSeconds(1), Duration.ZERO);
        assertThat(check.check()).isEqualTo(CheckResult.failed("the database did not answer within 1 seconds"));

        answers.countDown();

        Await.until(
                "its answer is the next one",
                () -> check.check().equals(CheckResult.failed("the database refused the login")));
        assertThat(asked).hasValue(1);
    }

    @Test
    void aCheckThatIsLateIsNotWaitedForAgain() {
        AtomicLong nanos = new AtomicLong();
        BoundedCheck check =
                new BoundedCheck("the database", this::slow, Duration.ofSeconds(20), Duration.ZERO, nanos::get);
        check.begin();

        nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        CheckResult late = check.check();

        assertThat(late).isEqualTo(CheckResult.failed("the database did not answer within 20 seconds"));
        answers.countDown();
    }

    @Test
    void callersAtTheSameTimeWaitSideBySide() throws Exception {
        BoundedCheck check = new BoundedCheck("the database", this::slow, Duration.ofMinutes(2), Duration.ofHours(1));
        List<CheckResult> found = Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = IntStream.range(0, 8)
                .mapToObj(number -> new Thread(() -> found.add(check.check())))
                .toList();
        callers.forEach(Thread::start);

        Await.until(
                "all of them wait for the answer, and none for another",
                () -> callers.stream().allMatch(caller -> caller.getState() == Thread.State.TIMED_WAITING));

        answers.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(found).hasSize(8).containsOnly(CheckResult.failed("the database refused the login"));
        assertThat(asked).hasValue(1);
    }

    @Test
    void thatACheckIsLateIsAnAnswerThatIsGivenAgainWithoutWaiting() throws Exception {
        BoundedCheck check = new BoundedCheck("the database", this::slow, Duration.ofSeconds(1), Duration.ofHours(1));
        CheckResult late = check.check();

        // A caller that waits would notice.
        Thread.currentThread().interrupt();
        CheckResult again = check.check();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(again).isEqualTo(late).isEqualTo(CheckResult.failed("the database did not answer within 1 seconds"));
        answers.countDown();
        Await.until(
                "the answer is given as soon as it is there",
                () -> check.check().equals(CheckResult.failed("the database refused the login")));
        assertThat(asked).hasValue(1);
    }

    @Test
    void aCheckThatNeverEndsIsFollowedByAnother() {
        AtomicLong nanos = new AtomicLong();
        HealthCheck hangsOnce = () -> asked.get() == 0 ? slow() : CheckResult.passed("it answers again");
        BoundedCheck check =
                new BoundedCheck("the database", hangsOnce, Duration.ofSeconds(1), Duration.ofSeconds(2), nanos::get);
        CheckResult late = check.check();
        assertThat(late.passed()).isFalse();

        nanos.addAndGet(Duration.ofSeconds(31).toNanos());

        assertThat(check.check()).isEqualTo(CheckResult.passed("it answers again"));
        answers.countDown();
    }

    @Test
    void anAnswerIsGivenAgainForAWhile() {
        HealthCheck counting = () -> CheckResult.passed("asked " + asked.incrementAndGet());
        BoundedCheck fresh = new BoundedCheck("it", counting, Duration.ofSeconds(5), Duration.ofHours(1));
        BoundedCheck stale = new BoundedCheck("it", counting, Duration.ofSeconds(5), Duration.ZERO);

        assertThat(fresh.check()).isEqualTo(fresh.check());
        assertThat(stale.check()).isNotEqualTo(stale.check());
    }

    @Test
    void aDefectIsAnAnswerThatNamesItsKind() {
        BoundedCheck check = new BoundedCheck(
                "the store",
                () -> {
                    throw new IllegalStateException("with a secret in it");
                },
                Duration.ofSeconds(5),
                Duration.ZERO);

        assertThat(check.check()).isEqualTo(CheckResult.failed("the check of the store failed: IllegalStateException"));
    }
}
