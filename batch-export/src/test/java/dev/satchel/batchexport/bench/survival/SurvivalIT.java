package dev.satchel.batchexport.bench.survival;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest run of its kind; {@link ChaosIT} has the large ones. */
class SurvivalIT {

    @TempDir
    Path folder;

    @Test
    void anExportSurvivesThatItsWorkerIsKilled() throws Exception {
        Duration lease = Duration.ofSeconds(3);
        Survival.Plan plan = new Survival.Plan(1, 4, 2000, List.of(Fault.KILL), lease, Duration.ZERO, 1);
        try (Store store = Store.directory(folder.resolve("store"));
                SatchelSubject satchel = new SatchelSubject(store, lease)) {

            Outcome outcome = new Survival(satchel, store, Network.SOUND, plan, folder.resolve("logs")).run();

            assertThat(outcome.findings()).isEmpty();
            assertThat(outcome.asked()).isEqualTo(4);
            assertThat(outcome.delivered()).isEqualTo(4);
        }
    }
}
