package dev.satchel.batchexport.observe.health;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads something in a thread of its own, for at most a given time, and gives the same answer again for a while; that it was
 * late is an answer too. Callers at the same time wait side by side for one reading. Safe for use by many threads.
 *
 * <p>The time counts from the beginning of the reading, so that several readings which begin at once are all answered
 * within it. A reading that is late goes on, and no second one begins meanwhile; nobody waits for it any more, and what it
 * finds in the end is the next answer. After half a minute it counts as lost: it is interrupted, and the next caller begins
 * another one.
 */
public final class BoundedReading<T> {

    private static final Duration LOST = Duration.ofSeconds(30);

    private final Callable<T> source;
    private final String thread;
    private final Duration limit;
    private final Duration fresh;
    private final LongSupplier nanoTime;
    private @Nullable FutureTask<T> running;
    private long begunAt;
    private @Nullable Answer<T> last;
    private long answeredAt;

    /**
     * @param thread the name of the threads that read
     * @param limit how long a caller waits at most
     * @param fresh how long an answer is given again
     */
    public BoundedReading(Callable<T> source, String thread, Duration limit, Duration fresh, LongSupplier nanoTime) {
        this.source = source;
        this.thread = thread;
        this.limit = limit;
        this.fresh = fresh;
        this.nanoTime = nanoTime;
    }

    /**
     * What a caller is told: the value, or what was thrown, or neither where the reading is late.
     *
     * @param failure what was thrown; null where nothing was
     */
    public record Answer<T>(@Nullable T value, @Nullable Throwable failure) {}

    /** Begins a reading where none is fresh or under way, and waits for nothing. */
    public synchronized void begin() {
        if (fresh() == null) {
            FutureTask<T> unused = underWay();
        }
    }

    /** The value, or why there is none. Throws nothing. */
    public Answer<T> read() {
        FutureTask<T> reading;
        long left;
        synchronized (this) {
            Answer<T> known = fresh();
            if (known != null) {
                return known;
            }
            reading = underWay();
            left = Math.max(0, limit.toNanos() - (nanoTime.getAsLong() - begunAt));
        }
        return keep(reading, waitFor(reading, left));
    }

    private @Nullable Answer<T> fresh() {
        boolean hasFound = running != null && running.isDone();
        return !hasFound && nanoTime.getAsLong() - answeredAt < fresh.toNanos() ? last : null;
    }

    private synchronized FutureTask<T> underWay() {
        FutureTask<T> reading = running;
        if (reading != null && !reading.isDone() && nanoTime.getAsLong() - begunAt > LOST.toNanos()) {
            reading.cancel(true);
            reading = null;
        }
        if (reading == null) {
            reading = new FutureTask<>(source);
            running = reading;
            begunAt = nanoTime.getAsLong();
            Thread worker = new Thread(reading, thread);
            worker.setDaemon(true);
            worker.start();
        }
        return reading;
    }

    private Answer<T> waitFor(FutureTask<T> reading, long nanos) {
        try {
            return new Answer<>(reading.get(nanos, TimeUnit.NANOSECONDS), null);
        } catch (TimeoutException late) {
            return new Answer<>(null, null);
        } catch (ExecutionException failed) {
            return new Answer<>(null, failed.getCause() == null ? failed : failed.getCause());
        } catch (CancellationException lost) {
            return new Answer<>(null, null);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Answer<>(null, interrupted);
        }
    }

    // Not what a caller learnt of a reading that another one has followed, nor that the caller was interrupted.
    private synchronized Answer<T> keep(FutureTask<T> reading, Answer<T> answer) {
        if (running == reading && !(answer.failure() instanceof InterruptedException)) {
            if (answer.value() != null || answer.failure() != null) {
                running = null;
            }
            last = answer;
            answeredAt = nanoTime.getAsLong();
        }
        return answer;
    }
}
