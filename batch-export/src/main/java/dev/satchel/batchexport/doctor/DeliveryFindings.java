package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import java.time.Clock;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Those findings of an {@link Examination} that one snapshot of the database answers. */
public final class DeliveryFindings {

    private DeliveryFindings() {}

    /**
     * Looks at queue, leases, clean-up, outcomes, last runs and tables.
     *
     * @param jdbc of a login that may read them
     * @param clock in the zone of the machines that run the jobs
     */
    public static List<Finding> look(JdbcClient jdbc, Clock clock) {
        return List.of(
                Queue.pending(jdbc),
                Queue.leases(jdbc),
                CleanUpLag.look(jdbc),
                Outcomes.look(jdbc),
                LastRuns.exportRun(jdbc, clock),
                LastRuns.cleanUp(jdbc, clock),
                OwnTables.look(jdbc));
    }
}
