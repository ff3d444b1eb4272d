package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.trace.Span;
import dev.satchel.batchexport.store.file.UploadObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long it takes to send a part of a file to S3, or a small file as a whole, and observes each as {@code
 * satchel.upload.part}, below the export that was observed when the upload began.
 */
final class UploadMeters implements UploadObserver {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5)
    };

    private final ObservationRegistry observations;
    private final Timer duration;

    UploadMeters(MeterRegistry meters, ObservationRegistry observations) {
        this.observations = observations;
        this.duration = Timer.builder("satchel.upload.part.duration")
                .description("Time to send a part of a file to S3, or a small file as a whole, or until that failed")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    @Override
    public Requests begins() {
        return new Sending(observations.getCurrentObservation());
    }

    private final class Sending implements Requests {

        private final @Nullable Observation export;

        Sending(@Nullable Observation export) {
            this.export = export;
        }

        @Override
        public <T> T send(Supplier<T> request) {
            Span span = Span.open(
                    observations,
                    () -> Observation.createNotStarted("satchel.upload.part", observations)
                            .contextualName("upload part")
                            .parentObservation(export));
            String outcome = "failed";
            long begun = System.nanoTime();
            try {
                T answer = request.get();
                outcome = "sent";
                return answer;
            } finally {
                // Also of a request that failed: during an outage, the slow ones are those.
                duration.record(Duration.ofNanos(System.nanoTime() - begun));
                span.end("outcome", outcome);
            }
        }
    }
}
