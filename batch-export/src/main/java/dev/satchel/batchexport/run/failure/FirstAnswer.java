package dev.satchel.batchexport.run.failure;

import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.export.Failure;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a database that is away when a watch begins, as the watch itself waits for one that goes away later: a machine
 * that starts may start the worker first. What waiting does not mend, such as a refused login, ends it at once. Used by one
 * thread.
 */
public final class FirstAnswer {

    private static final Logger LOG = LoggerFactory.getLogger(FirstAnswer.class);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final StopSignal stop;
    private final BooleanSupplier begun;
    private boolean said;

    /**
     * @param stop ends the waiting
     * @param begun whether the watch has begun, and waits by itself
     */
    public FirstAnswer(StopSignal stop, BooleanSupplier begun) {
        this.stop = stop;
        this.begun = begun;
    }

    /** What needs the database. */
    @FunctionalInterface
    public interface Attempt<T, E extends Exception> {
        T make() throws E;
    }

    /**
     * What the first attempt returns that finds the database.
     *
     * @throws E what the last attempt met
     */
    public <T, E extends Exception> T of(Attempt<T, E> attempt) throws E {
        while (true) {
            try {
                T answer = attempt.make();
                // A watch ends with its answer, long after the database's.
                if (said && !begun.getAsBoolean()) {
                    LOG.info("the database answers");
                }
                return answer;
            } catch (Exception failed) {
                if (begun.getAsBoolean() || !isAway(failed) || stop.await(PAUSE)) {
                    throw failed;
                }
            }
        }
    }

    private boolean isAway(Exception failed) {
        Failure failure = new KnownFailures().diagnose(failed);
        boolean away = failure.code() == Failure.Code.DATABASE_UNAVAILABLE;
        if (away && !said) {
            LOG.warn("no export is claimed until the database answers: {}", failure.message() + causes(failed));
            said = true;
        }
        LOG.debug("the beginning", failed);
        return away;
    }

    // Which host or port it was, and why. The first line of a message has no content of a row.
    private static String causes(Throwable failed) {
        List<String> causes = new ArrayList<>();
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException || cause instanceof IOException) {
                String.valueOf(cause.getMessage()).lines().findFirst().ifPresent(causes::add);
            }
        }
        return causes.isEmpty() ? "" : " (" + String.join("; ", causes) + ")";
    }
}
