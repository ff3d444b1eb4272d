package dev.satchel.batchexport.bench.survival;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.bench.Bench;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.judge.Finding;
import dev.satchel.judge.Verdict;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The smallest run of its kind, which mostly waits; {@link ChaosIT} has the large ones. */
@Execution(ExecutionMode.CONCURRENT)
class SurvivalIT {

    @TempDir
    Path folder;

    @Test
    void anExportSurvivesThatItsWorkerIsKilled() throws Exception {
        Duration lease = Duration.ofSeconds(3);
        Survival.Plan plan =
                new Survival.Plan(1, 4, 5000, List.of(Fault.KILL), lease, Duration.ZERO, Duration.ofSeconds(36), 1);
        try (Store store = Store.directory(folder.resolve("store"));
                SatchelSubject satchel = new SatchelSubject(store, lease)) {

            Outcome outcome = new Survival(satchel, store, Network.SOUND, plan, folder.resolve("logs")).run();

            assertThat(outcome.findings()).isEmpty();
            assertThat(outcome.hitBy(Fault.KILL)).isEqualTo(1);
            assertThat(outcome.asked()).isEqualTo(4);
            assertThat(outcome.delivered()).isEqualTo(4);
        }
    }

    @Test
    void countsAsDeliveredWhatHasNoFinding() {
        List<Finding> findings = List.of(
                new Finding(Verdict.LOST, "export-1", "given up"),
                new Finding(Verdict.ORPHANED, "s3://bucket/export-1-part", "not the file of an export"),
                new Finding(Verdict.ORPHANED, "s3://bucket/export-2-part", "not the file of an export"),
                new Finding(Verdict.ORPHANED, "s3://bucket/unknown", "not the file of an export"));

        assertThat(Outcome.delivered(List.of("export-1", "export-2", "export-3"), findings))
                .isEqualTo(1);
    }

    @Test
    void refusesNumbersThatMeasureNothing() {
        StringWriter err = new StringWriter();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Console console =
                new Console(Map.of(), InputStream.nullInputStream(), nowhere, new PrintWriter(err, true), false);

        assertThat(Bench.run(console, "survival", "--exports", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--exports must be at least 1, was 0");
    }
}
