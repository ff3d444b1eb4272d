package dev.satchel.batchexport.bench.survival;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.judge.Listing;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Satchel under hundreds of kills, pauses and faults: every export ends as one whole file, and nothing else is left. {@code
 * -Dsatchel.chaos.seed} plays other ones.
 */
@Tag("chaos")
class ChaosIT {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final long SEED = Long.getLong("satchel.chaos.seed", 1);
    private static final int PART = Integer.getInteger("satchel.chaos.part", 1);

    /** Longer than an export may wait after it has lost several workers. */
    private static final Duration QUIET = Duration.ofMinutes(16);

    // A sweep takes less, most of it to start.
    private static final int LONGEST_SWEEP_MILLIS = 3000;

    @TempDir
    Path folder;

    /** So many faults of each kind, unless a part of them was asked for. */
    private static Survival.Plan plan(int exports, Map<Fault, Integer> faults) {
        Map<Fault, Integer> numbers = new TreeMap<>(faults);
        numbers.replaceAll((fault, number) -> Math.max(1, number / PART));
        return new Survival.Plan(
                3, exports / PART, 2000, Fault.plan(numbers, SEED), LEASE, Duration.ofMillis(500), QUIET, SEED);
    }

    private void survives(Store store, SatchelSubject satchel, Network network, Survival.Plan plan) throws Exception {
        // How many of the kills hit the same export is chance.
        satchel.set("SATCHEL_EXPORT_ATTEMPTS", "100");

        Outcome outcome = new Survival(satchel, store, network, plan, folder.resolve("logs")).run();

        Outcome.head().forEach(System.out::println);
        System.out.println(outcome.row());
        assertThat(outcome.findings()).as("seed %d", SEED).isEmpty();
        assertThat(outcome.delivered()).isEqualTo(plan.exports());
        for (Fault fault : List.of(Fault.KILL, Fault.PAUSE)) {
            assertThat(outcome.hitBy(fault) > 0)
                    .as("%s hit a busy worker", fault)
                    .isEqualTo(plan.faults().contains(fault));
        }
    }

    @Test
    void survivesKillsAndPausesOverS3() throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE)) {
            survives(store, satchel, Network.SOUND, plan(150, Map.of(Fault.KILL, 100, Fault.PAUSE, 25)));
        }
    }

    @Test
    void survivesKillsAndPausesOverADirectory() throws Exception {
        try (Store store = Store.directory(folder.resolve("store"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE)) {
            survives(store, satchel, Network.SOUND, plan(150, Map.of(Fault.KILL, 100, Fault.PAUSE, 25)));
        }
    }

    @Test
    void survivesAFaultyNetworkAndRestartsOfPostgres() throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE);
                FaultyNetwork network = new FaultyNetwork(satchel, LEASE.plusSeconds(1), folder.resolve("postgres"))) {
            survives(
                    store,
                    satchel,
                    network,
                    plan(
                            150,
                            Map.of(
                                    Fault.DATABASE_RESET, 50,
                                    Fault.DATABASE_SILENCE, 50,
                                    Fault.STORE_RESET, 50,
                                    Fault.STORE_SILENCE, 50,
                                    Fault.STORE_ERRORS, 50,
                                    Fault.DATABASE_RESTART, 2)));
        }
    }

    @Test
    void twoSweepersMayBeKilledAtAnyMoment() throws Exception {
        Survival.Plan delivered = new Survival.Plan(3, 100 / PART, 20, List.of(), LEASE, Duration.ZERO, QUIET, SEED);
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE)) {
            survives(store, satchel, Network.SOUND, delivered);
            execute(
                    satchel,
                    "DELETE FROM export_history WHERE id IN (SELECT id FROM export_history ORDER BY id LIMIT %d)"
                            .formatted(delivered.exports() / 2));
            Random random = new Random(SEED);

            for (int round = 0; round < 50 / PART; round++) {
                List<Process> sweepers = List.of(startSweeper(satchel), startSweeper(satchel));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_SWEEP_MILLIS));
                for (Process sweeper : sweepers) {
                    sweeper.destroyForcibly().waitFor();
                }
            }
            assertThat(startSweeper(satchel).waitFor()).isZero();

            assertThat(store.listing().entries())
                    .extracting(Listing.Entry::object)
                    .containsExactlyInAnyOrderElementsOf(published(satchel))
                    .hasSize(delivered.exports() - delivered.exports() / 2);
        }
    }

    private Process startSweeper(SatchelSubject satchel) throws IOException {
        return satchel.sweeper()
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("sweepers").toFile()))
                .start();
    }

    private static void execute(SatchelSubject satchel, String sql) throws SQLException {
        try (Connection connection = satchel.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> published(SatchelSubject satchel) throws SQLException {
        List<String> files = new ArrayList<>();
        try (Connection connection = satchel.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT file_url FROM export_history")) {
            while (row.next()) {
                files.add(row.getString(1));
            }
        }
        return files;
    }
}
