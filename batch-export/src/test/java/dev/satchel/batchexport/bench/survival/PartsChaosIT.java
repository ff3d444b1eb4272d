package dev.satchel.batchexport.bench.survival;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exports that two workers claim and join, and of which two others deliver parts alone, under kills, pauses and a network that
 * fails, at random moments: every export ends as one whole file, and nothing else is left. {@code -Dsatchel.chaos.seed} plays
 * other moments.
 */
@Tag("chaos")
class PartsChaosIT {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final long SEED = Long.getLong("satchel.chaos.seed", 1);
    private static final int PART = Integer.getInteger("satchel.chaos.part", 1);

    /** Longer than an export may wait after it has lost several workers. */
    private static final Duration QUIET = Duration.ofMinutes(16);

    @TempDir
    Path folder;

    private void survives(Store store, SatchelSubject satchel, Network network, Map<Fault, Integer> faults)
            throws Exception {
        satchel.set("SATCHEL_EXPORT_ATTEMPTS", "100");
        satchel.set("SATCHEL_PARTITION_ABOVE", "10KB");
        satchel.set("SATCHEL_PARTITION_MOST", "3");
        satchel.set("SATCHEL_PARTITION_SLOTS", "1");
        Map<Fault, Integer> numbers = new TreeMap<>(faults);
        numbers.replaceAll((fault, number) -> Math.max(1, number / PART));
        Survival.Plan plan = new Survival.Plan(
                3, Math.max(3, 60 / PART), 4000, Fault.plan(numbers, SEED), LEASE, Duration.ofMillis(500), QUIET, SEED);
        Survival survival = new Survival(satchel, store, network, plan, folder.resolve("logs"));

        Outcome outcome = survival.run();

        Outcome.head().forEach(System.out::println);
        System.out.println(outcome.row());
        System.out.println("workers that delivered parts alone were hit by " + survival.helpersHit());
        assertThat(outcome.findings()).as("seed %d", SEED).isEmpty();
        assertThat(outcome.delivered()).isEqualTo(plan.exports());
        assertThat(divided(satchel)).as("exports that were divided").isEqualTo(plan.exports());
        for (Fault fault : List.of(Fault.KILL, Fault.PAUSE)) {
            boolean isPlanned = plan.faults().contains(fault);
            assertThat(outcome.hitBy(fault) > 0)
                    .as("%s hit a worker that joins", fault)
                    .isEqualTo(isPlanned);
            assertThat(survival.helpersHit().containsKey(fault))
                    .as("%s hit a worker of parts", fault)
                    .isEqualTo(isPlanned);
        }
    }

    private static int divided(SatchelSubject satchel) throws SQLException {
        try (Connection connection = satchel.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM export_history WHERE data #>> '{readings,0,parts}' = '3'")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void survivesKillsAndPausesOverS3() throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE)) {
            survives(store, satchel, Network.SOUND, Map.of(Fault.KILL, 60, Fault.PAUSE, 60));
        }
    }

    @Test
    void survivesAFaultyNetwork() throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE);
                FaultyNetwork network = new FaultyNetwork(satchel, LEASE.plusSeconds(1), folder.resolve("postgres"))) {
            survives(
                    store,
                    satchel,
                    network,
                    Map.of(
                            Fault.DATABASE_RESET, 30,
                            Fault.DATABASE_SILENCE, 30,
                            Fault.STORE_RESET, 30,
                            Fault.STORE_SILENCE, 30));
        }
    }
}
