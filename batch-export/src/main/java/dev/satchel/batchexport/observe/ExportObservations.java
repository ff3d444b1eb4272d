package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.trace.Span;
import dev.satchel.delivery.Delivery;
import dev.satchel.export.Export;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.function.Supplier;

/** Observes each attempt to deliver an export as {@code satchel.export}, with its format and outcome. */
public final class ExportObservations {

    /** Observes nothing. */
    public static final ExportObservations NONE = new ExportObservations(ObservationRegistry.NOOP);

    private final ObservationRegistry observations;

    public ExportObservations(ObservationRegistry observations) {
        this.observations = observations;
    }

    /** Makes the attempt; what it reads and sends belongs to its observation. */
    public Delivery observe(Export.Processing export, Supplier<Delivery> attempt) {
        if (observations.isNoop()) {
            return attempt.get();
        }
        Span span = Span.open(
                observations,
                () -> Observation.createNotStarted("satchel.export", observations)
                        .contextualName("export")
                        .lowCardinalityKeyValue(
                                "format", export.request().format().code()));
        Outcome outcome = Outcome.UNCONFIRMED;
        try {
            Delivery delivery = attempt.get();
            outcome = Outcome.of(delivery);
            return delivery;
        } finally {
            span.end("outcome", outcome.tag());
        }
    }
}
