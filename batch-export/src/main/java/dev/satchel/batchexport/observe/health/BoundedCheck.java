package dev.satchel.batchexport.observe.health;

import dev.satchel.batchexport.observe.health.BoundedReading.Answer;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks another check for at most a given time, and gives the same answer again for a while, as {@link BoundedReading} says.
 * A check that is late fails.
 */
public final class BoundedCheck implements HealthCheck {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Several monitors ask, and each question to the database costs a little. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    /** A store and a key management service may bill each question. */
    private static final Duration FRESH_ELSEWHERE = Duration.ofSeconds(30);

    private final String subject;
    private final Duration limit;
    private final BoundedReading<CheckResult> reading;
    private volatile @Nullable CheckResult found;

    /**
     * @param subject what is checked, for the sentence about a check that is late: {@code the store}
     * @param limit how long a caller waits at most
     * @param fresh how long an answer is given again
     */
    public BoundedCheck(String subject, HealthCheck check, Duration limit, Duration fresh) {
        this(subject, check, limit, fresh, System::nanoTime);
    }

    BoundedCheck(String subject, HealthCheck check, Duration limit, Duration fresh, LongSupplier nanoTime) {
        this.subject = subject;
        this.limit = limit;
        this.reading = new BoundedReading<>(check::check, "satchel-health", limit, fresh, nanoTime);
    }

    /** A check that asks the database. */
    public static BoundedCheck ofTheDatabase(HealthCheck check) {
        return new BoundedCheck("the database", check, LIMIT, FRESH);
    }

    /** A check that asks something else than the database, such as the store. */
    public static BoundedCheck elsewhere(String subject, HealthCheck check) {
        return new BoundedCheck(subject, check, LIMIT, FRESH_ELSEWHERE);
    }

    @Override
    public void begin() {
        reading.begin();
    }

    @Override
    public CheckResult check() {
        Answer<CheckResult> answer = reading.read();
        CheckResult result = answer.value();
        if (result != null) {
            found = result;
            return result;
        }
        Throwable failure = answer.failure();
        if (failure != null) {
            return CheckResult.failed(
                    "the check of " + subject + " failed: " + failure.getClass().getSimpleName());
        }
        CheckResult before = found;
        String sentence = subject + " did not answer within " + limit.toSeconds() + " seconds";
        return CheckResult.failed(
                before == null || before.passed() ? sentence : sentence + "; before that: " + before.sentence());
    }
}
