package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.trace.Span;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.listener.JobExecutionListener;

/** Observes each clean-up as {@code satchel.cleanup}. */
final class ObservedCleanUp implements JobExecutionListener {

    private final ObservationRegistry observations;
    private final Map<Long, Span> running = new ConcurrentHashMap<>();

    ObservedCleanUp(ObservationRegistry observations) {
        this.observations = observations;
    }

    @Override
    public void beforeJob(JobExecution run) {
        if (!observations.isNoop()) {
            running.put(
                    run.getId(),
                    Span.start(() -> Observation.createNotStarted("satchel.cleanup", observations)
                            .contextualName("clean-up")));
        }
    }

    @Override
    public void afterJob(JobExecution run) {
        boolean done =
                ExitStatus.COMPLETED.getExitCode().equals(run.getExitStatus().getExitCode());
        Span span = running.remove(run.getId());
        if (span != null) {
            span.end("outcome", done ? "completed" : "failed");
        }
    }
}
