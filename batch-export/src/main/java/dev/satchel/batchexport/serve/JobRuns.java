package dev.satchel.batchexport.serve;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.serve.schedule.ScheduledJob;
import dev.satchel.export.Failure;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs, and says in the log and for health how each run ended. Safe for use by many threads. */
final class JobRuns {

    private static final Logger LOG = LoggerFactory.getLogger(JobRuns.class);

    private final LastRuns last;

    JobRuns(LastRuns last) {
        this.last = last;
    }

    /**
     * A run of the job, as the scheduler calls it.
     *
     * @param job the job's name
     * @param work does the work, and says what is to be told: nothing, where the text is empty
     */
    ScheduledJob.Work of(String job, Supplier<String> work) {
        return tick -> {
            LOG.debug("{}: the tick of {} begins", job, tick);
            try {
                String result = work.get();
                last.succeeded(job);
                if (!result.isEmpty()) {
                    LOG.info("{}: {}", job, result);
                }
            } catch (IncompleteRunException incomplete) {
                last.failed(job, String.valueOf(incomplete.getMessage()));
                LOG.warn("{}: {}", job, incomplete.getMessage());
                throw incomplete;
            } catch (RuntimeException failed) {
                String reason = reason(failed);
                last.failed(job, reason);
                LOG.error("{} failed: {}", job, reason);
                LOG.debug("the failure", failed);
                throw failed;
            } catch (Error failed) {
                // Such as too little memory. The scheduler goes on.
                last.failed(job, failed.toString());
                LOG.error("{} failed: {}", job, failed.toString());
                throw failed;
            }
        };
    }

    /** What went wrong, in a sentence without a secret or a row's content. */
    static String reason(Throwable thrown) {
        Failure failure = new KnownFailures().diagnose(thrown);
        if (failure.code() != Failure.Code.INTERNAL) {
            return failure.explanationInFull();
        }
        return thrown instanceof SatchelException explained
                ? String.join(" ", explained.lines())
                : "something unforeseen went wrong (" + thrown.getClass().getSimpleName()
                        + "): the log has more at level DEBUG";
    }
}
