package dev.satchel.batchexport.observe.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
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

        assertThat(check.check()).isEqualTo(CheckResult.failed("the database refused the login"));
        assertThat(asked).hasValue(1);
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
