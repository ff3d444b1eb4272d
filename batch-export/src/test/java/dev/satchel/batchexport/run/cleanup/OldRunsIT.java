package dev.satchel.batchexport.run.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spring Batch writes about runs, and when it goes. */
class OldRunsIT {

    private static final List<String> TABLES = List.of(
            "batch_job_instance",
            "batch_job_execution",
            "batch_job_execution_params",
            "batch_job_execution_context",
            "batch_step_execution",
            "batch_step_execution_context");

    @TempDir
    Path folder;

    @Test
    void cleanUpForgetsRunsAfterThirtyDaysAndKeepsTheOthers() {
        try (Installation satchel = Installation.in(folder)) {
            satchel.satchel("export", "run").succeeded();
            satchel.satchel("export", "run").succeeded();
            makeOld(satchel);
            satchel.sql("UPDATE satchel.batch_step_execution SET last_updated = last_updated - interval '31 days'"
                    + " WHERE job_execution_id = (SELECT min(job_execution_id) FROM satchel.batch_job_execution)");
            // Of a worker that died before its run began, and of one that is about to begin.
            satchel.sql("INSERT INTO satchel.batch_job_instance (job_instance_id, version, job_name, job_key)"
                    + " VALUES (-1, 0, 'exportRun', 'dead'), (-2, 0, 'firstRun', 'beginning')");

            satchel.satchel("cleanup").succeeded();

            // The second run, the one that is about to begin, and the clean-up itself.
            assertThat(count(satchel, "batch_job_instance")).isEqualTo(3);
            assertThat(satchel.value("SELECT job_key FROM satchel.batch_job_instance"
                            + " WHERE job_key IN ('dead', 'beginning')"))
                    .isEqualTo("beginning");
            assertThat(count(satchel, "batch_job_execution")).isEqualTo(2);
            assertThat(satchel.value("SELECT min(create_time) > localtimestamp - interval '1 day'"
                            + " FROM satchel.batch_job_execution"))
                    .isEqualTo("t");
            for (String table : TABLES) {
                assertThat(count(satchel, table)).as(table).isPositive();
            }
        }
    }

    @Test
    void cleanUpKeepsARunThatIsOldAndAtWork() {
        try (Installation satchel = Installation.in(folder)) {
            satchel.requestOfNewUser();
            satchel.satchel("export", "run").succeeded();
            makeOld(satchel);

            satchel.satchel("cleanup").succeeded();

            assertThat(count(satchel, "batch_job_execution")).isEqualTo(2);
        }
    }

    private static void makeOld(Installation satchel) {
        satchel.sql("UPDATE satchel.batch_job_execution SET create_time = create_time - interval '31 days'"
                + " WHERE job_execution_id = (SELECT min(job_execution_id) FROM satchel.batch_job_execution)");
    }

    private static long count(Installation satchel, String table) {
        return Long.parseLong(satchel.value("SELECT count(*) FROM satchel." + table));
    }
}
