package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.trace.Span;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/**
 * Observes the reading of each dataset as {@code satchel.dataset}. The name of the dataset, which the operator may
 * choose, goes into traces alone.
 */
final class ObservedDatasets implements UserRecords.Observer {

    private final ObservationRegistry observations;

    ObservedDatasets(ObservationRegistry observations) {
        this.observations = observations;
    }

    @Override
    public UserRecords.Observed begins(Dataset dataset) {
        if (observations.isNoop()) {
            return UserRecords.Observer.NONE.begins(dataset);
        }
        Span span = Span.start(() -> Observation.createNotStarted("satchel.dataset", observations)
                .contextualName("dataset " + dataset.name())
                .highCardinalityKeyValue("dataset", dataset.name()));
        return span::end;
    }
}
