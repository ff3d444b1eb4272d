package dev.satchel.batchexport.observe;

import dev.satchel.record.Dataset;
import dev.satchel.record.DatasetObserver;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/**
 * Observes the reading of each dataset as {@code satchel.dataset}. The name of the dataset, which the operator may
 * choose, goes into traces alone.
 */
final class ObservedDatasets implements DatasetObserver {

    private final ObservationRegistry observations;

    ObservedDatasets(ObservationRegistry observations) {
        this.observations = observations;
    }

    @Override
    public Observed begins(Dataset dataset) {
        if (observations.isNoop()) {
            return NONE.begins(dataset);
        }
        Observation observation = Observation.createNotStarted("satchel.dataset", observations)
                .contextualName("dataset " + dataset.name())
                .highCardinalityKeyValue("dataset", dataset.name())
                .start();
        return observation::stop;
    }
}
