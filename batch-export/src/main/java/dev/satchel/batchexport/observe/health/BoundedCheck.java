package dev.satchel.batchexport.observe.health;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks another check in a thread of its own, for at most a given time, and gives the same answer again for a while.
 *
 * <p>A check that is late fails. It goes on, and no second one begins meanwhile; what it finds in the end is the answer
 * of the next call.
 */
public final class BoundedCheck implements HealthCheck {

    private final String subject;
    private final HealthCheck check;
    private final Duration limit;
    private final Duration fresh;
    private @Nullable CompletableFuture<CheckResult> running;
    private @Nullable CheckResult last;
    private long endedAt;

    /**
     * @param subject what is checked, for the sentence about a check that is late: {@code the store}
     * @param limit how long a caller waits
     * @param fresh how long an answer is given again
     */
    public BoundedCheck(String subject, HealthCheck check, Duration limit, Duration fresh) {
        this.subject = subject;
        this.check = check;
        this.limit = limit;
        this.fresh = fresh;
    }

    @Override
    public synchronized CheckResult check() {
        CheckResult known = last;
        if (known != null && System.nanoTime() - endedAt < fresh.toNanos()) {
            return known;
        }
        CompletableFuture<CheckResult> current = running;
        if (current == null) {
            current = CompletableFuture.supplyAsync(check::check, BoundedCheck::start);
            running = current;
        }
        try {
            CheckResult found = current.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            running = null;
            last = found;
            endedAt = System.nanoTime();
            return found;
        } catch (TimeoutException late) {
            String sentence = subject + " did not answer within " + limit.toSeconds() + " seconds";
            return CheckResult.failed(
                    known == null || known.passed() ? sentence : sentence + "; before that: " + known.sentence());
        } catch (ExecutionException defect) {
            running = null;
            return CheckResult.failed("the check of " + subject + " failed: "
                    + (defect.getCause() == null ? defect : defect.getCause())
                            .getClass()
                            .getSimpleName());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return CheckResult.failed("the check of " + subject + " was interrupted");
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "satchel-health");
        thread.setDaemon(true);
        thread.start();
    }
}
