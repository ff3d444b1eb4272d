package dev.satchel.batchexport.run.cleanup;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The record that Spring Batch keeps of runs, which would otherwise grow without end: it is kept for 30 days. */
public final class OldRuns {

    // A run that watches may be older, and its places renew their record while it lives.
    private static final String OLD = """
            SELECT j.job_execution_id
              FROM satchel.batch_job_execution j
             WHERE j.create_time < localtimestamp - INTERVAL '30 days'
               AND NOT EXISTS (SELECT
                                 FROM satchel.batch_step_execution s
                                WHERE s.job_execution_id = j.job_execution_id
                                  AND s.last_updated >= localtimestamp - INTERVAL '30 days')
            """;

    // In the order that the foreign keys ask for.
    private static final List<String> FORGET = List.of(
            """
            DELETE FROM satchel.batch_step_execution_context
             WHERE step_execution_id IN (SELECT step_execution_id
                                           FROM satchel.batch_step_execution
                                          WHERE job_execution_id IN (%s))
            """.formatted(OLD), """
            DELETE FROM satchel.batch_step_execution
             WHERE job_execution_id IN (%s)
            """.formatted(OLD), """
            DELETE FROM satchel.batch_job_execution_context
             WHERE job_execution_id IN (%s)
            """.formatted(OLD), """
            DELETE FROM satchel.batch_job_execution_params
             WHERE job_execution_id IN (%s)
            """.formatted(OLD), """
            DELETE FROM satchel.batch_job_execution
             WHERE job_execution_id IN (%s)
            """.formatted(OLD), """
            DELETE FROM satchel.batch_job_instance i
             WHERE NOT EXISTS (SELECT 1
                                 FROM satchel.batch_job_execution e
                                WHERE e.job_instance_id = i.job_instance_id)
               AND i.job_instance_id < (SELECT min(e.job_instance_id) FROM satchel.batch_job_execution e)
            """);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public OldRuns(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    public void forget() {
        transaction.executeWithoutResult(
                status -> FORGET.forEach(statement -> jdbc.sql(statement).update()));
    }
}
