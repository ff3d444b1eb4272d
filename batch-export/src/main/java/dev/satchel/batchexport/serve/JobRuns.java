package dev.satchel.batchexport.serve;

import dev.satchel.batchexport.observe.health.Reasons;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.serve.schedule.CutShortException;
import dev.satchel.batchexport.serve.schedule.ScheduledJob;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs, and says in the log and for health how each run ended. Safe for use by many threads. */
final class JobRuns {

    private static final Logger LOG = LoggerFactory.getLogger(JobRuns.class);

    private final LastRuns last;
    private final StopSignal stop;
    private final Reasons reasons = new Reasons(new KnownFailures());

    /** @param stop ends runs under way before their work is done */
    JobRuns(LastRuns last, StopSignal stop) {
        this.last = last;
        this.stop = stop;
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
                if (stop.isStopping()) {
                    throw cutShort(job, tick, null);
                }
                last.succeeded(job);
                if (!result.isEmpty()) {
                    LOG.info("{}: {}", job, result);
                }
            } catch (CutShortException stopping) {
                throw stopping;
            } catch (IncompleteRunException incomplete) {
                last.failed(job, String.valueOf(incomplete.getMessage()));
                LOG.warn("{}: {}", job, incomplete.getMessage());
                throw stop.isStopping() ? cutShort(job, tick, incomplete) : incomplete;
            } catch (RuntimeException failed) {
                String reason = reasons.of(failed);
                last.failed(job, reason);
                LOG.error("{} failed: {}", job, reason);
                throw stop.isStopping() ? cutShort(job, tick, failed) : failed;
            } catch (Error failed) {
                // Such as too little memory. The scheduler goes on.
                last.failed(job, failed.toString());
                LOG.error("{} failed: {}", job, failed.toString());
                throw failed;
            }
        };
    }

    private static CutShortException cutShort(String job, Instant tick, @Nullable Throwable cause) {
        LOG.info(
                "{}: the run for the tick of {} may be cut short: it runs again, here or in another program",
                job,
                tick);
        return new CutShortException(cause);
    }
}
