package dev.satchel.batchexport.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.observe.MetricsFile;
import dev.satchel.batchexport.observe.SatchelJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedCommandTest {

    @TempDir
    Path folder;

    private String begun(SatchelJob job) throws IOException {
        Path file = folder.resolve(job.tag() + ".prom");
        RecordedCommand command = RecordedCommand.into(MetricsFile.at(file), job);
        String begun = Files.readString(file);
        command.close();
        return begun;
    }

    /** Prometheus sees no increase in a counter that is born with its first failure. */
    @Test
    void countersStandAtZeroBeforeACommandDoesAnything() throws IOException {
        for (SatchelJob job : new SatchelJob[] {SatchelJob.EXPORT_RUN, SatchelJob.CLEANUP}) {
            assertThat(begun(job))
                    .as(job.tag())
                    .contains(
                            "satchel_exports_total{format=\"csv\",outcome=\"failed\"} 0.0",
                            "satchel_exports_total{format=\"unknown\",outcome=\"abandoned\"} 0.0",
                            "satchel_leases_rescued_total 0.0",
                            "satchel_stale_writes_refused_total 0.0");
        }
        assertThat(begun(SatchelJob.KEYS_VALIDATE))
                .contains("satchel_key_checks_total{provider=\"openai\",verdict=\"unknown\"} 0.0");
    }
}
