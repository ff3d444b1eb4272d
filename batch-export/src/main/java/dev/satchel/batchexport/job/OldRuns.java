package dev.satchel.batchexport.job;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The record that Spring Batch keeps of runs, which would otherwise grow without end: it is kept for 30 days. */
final class OldRuns {

    // In the order that the foreign keys ask for.
    private static final List<String> FORGET = List.of("""
            DELETE FROM satchel.batch_step_execution_context
             WHERE step_execution_id IN (SELECT s.step_execution_id
                                           FROM satchel.batch_step_execution s
                                           JOIN satchel.batch_job_execution j USING (job_execution_id)
                                          WHERE j.create_time < localtimestamp - INTERVAL '30 days')
            """, """
            DELETE FROM satchel.batch_step_execution
             WHERE job_execution_id IN (SELECT job_execution_id
                                          FROM satchel.batch_job_execution
                                         WHERE create_time < localtimestamp - INTERVAL '30 days')
            """, """
            DELETE FROM satchel.batch_job_execution_context
             WHERE job_execution_id IN (SELECT job_execution_id
                                          FROM satchel.batch_job_execution
                                         WHERE create_time < localtimestamp - INTERVAL '30 days')
            """, """
            DELETE FROM satchel.batch_job_execution_params
             WHERE job_execution_id IN (SELECT job_execution_id
                                          FROM satchel.batch_job_execution
                                         WHERE create_time < localtimestamp - INTERVAL '30 days')
            """, """
            DELETE FROM satchel.batch_job_execution
             WHERE create_time < localtimestamp - INTERVAL '30 days'
            """, """
            DELETE FROM satchel.batch_job_instance i
             WHERE NOT EXISTS (SELECT 1
                                 FROM satchel.batch_job_execution e
                                WHERE e.job_instance_id = i.job_instance_id)
               AND i.job_instance_id < (SELECT min(e.job_instance_id) FROM satchel.batch_job_execution e)
            """);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    OldRuns(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    void forget() {
        transaction.executeWithoutResult(
                status -> FORGET.forEach(statement -> jdbc.sql(statement).update()));
    }
}
