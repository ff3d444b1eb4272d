package dev.satchel.batchexport.serve.schedule;

import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import java.time.Instant;

/**
 * A job with its schedule.
 *
 * @param name names the job in the database, the same in every program
 * @param schedule when it runs
 * @param work runs for one tick, and throws where the job failed
 */
public record ScheduledJob(String name, Schedule schedule, Work work) {

    /** What a job does at a tick. */
    @FunctionalInterface
    public interface Work {

        /**
         * Does the work of one run.
         *
         * @param tick when this run was to begin; the same again where another program died or stopped during it
         * @throws CutShortException where the run is to be repeated for its tick, because this program stops
         */
        void run(Instant tick);
    }
}
