package dev.satchel.batchexport.bench.survival;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exports that two workers claim and join, and of which two others deliver parts alone, under kills, pauses and networks that
 * fail, at random moments: every export ends as one whole file, and nothing else is left. Each fault is played until it has
 * hit a worker in its role so often, or a divided export. {@code -Dsatchel.chaos.seed} plays other moments, {@code
 * -Dsatchel.chaos.part=10} a tenth of them.
 */
@Tag("chaos")
class PartsChaosIT {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final long SEED = Long.getLong("satchel.chaos.seed", 1);
    private static final int PART = Integer.getInteger("satchel.chaos.part", 1);

    /** Longer than an export may wait after it has lost several workers. */
    private static final Duration QUIET = Duration.ofMinutes(16);

    private static final Map<Fault, Integer> KILLS_AND_PAUSES = Map.of(
            Fault.KILL_JOINING, 30,
            Fault.PAUSE_JOINING, 30,
            Fault.KILL_OF_PARTS, 30,
            Fault.PAUSE_OF_PARTS, 30);

    // An outage of the channel may last longer than a lease of three seconds, but no worker dies of it.
    private static final Duration LEASE_OVER_A_FAULTY_CHANNEL = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private void survives(
            Store store, SatchelSubject satchel, Network network, Duration lease, Map<Fault, Integer> faults)
            throws Exception {
        satchel.set("SATCHEL_EXPORT_ATTEMPTS", "100");
        satchel.set("SATCHEL_PARTITION_ABOVE", "2KB");
        satchel.set("SATCHEL_PARTITION_MOST", "3");
        satchel.set("SATCHEL_PARTITION_SLOTS", "1");
        satchel.claimOnlyWith(2);
        Map<Fault, Integer> numbers = new TreeMap<>(faults);
        numbers.replaceAll((fault, number) -> Math.max(1, number / PART));
        int exports = Math.max(3, 120 / PART);
        Survival.Plan plan = new Survival.Plan(
                4, exports, 4000, Fault.plan(numbers, SEED), lease, Duration.ofMillis(500), QUIET, SEED);
        execute(satchel, """
                CREATE TABLE public.said (error_message text);
                CREATE FUNCTION public.note_said() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                    'BEGIN INSERT INTO public.said VALUES (NEW.error_message); RETURN NULL; END';
                CREATE TRIGGER note_said AFTER UPDATE ON export_history
                    FOR EACH ROW WHEN (NEW.error_message IS DISTINCT FROM OLD.error_message AND NEW.error_message <> '')
                    EXECUTE FUNCTION public.note_said();
                """);

        Outcome outcome = new Survival(satchel, store, network, plan, folder.resolve("logs")).run();

        Outcome.head().forEach(System.out::println);
        System.out.println(outcome.row());
        System.out.println("hits: " + new TreeMap<>(outcome.hits()) + ", divided: " + divided(satchel));
        said(satchel).forEach((message, times) -> System.out.println(times + " × " + message));
        assertThat(outcome.findings()).as("seed %d", SEED).isEmpty();
        assertThat(outcome.delivered()).isEqualTo(plan.exports());
        assertThat(new TreeMap<>(outcome.hits())).as("hits").isEqualTo(numbers);
        // The others were read whole while parts waited: how many depends on the moments of the faults.
        assertThat(divided(satchel)).as("exports that were divided").isGreaterThan(plan.exports() / 5);
    }

    private static void execute(SatchelSubject satchel, String sql) throws SQLException {
        try (Connection connection = satchel.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int divided(SatchelSubject satchel) throws SQLException {
        return count(satchel, "(data #>> '{readings,0,parts}')::integer > 1");
    }

    private static int count(SatchelSubject satchel, String condition) throws SQLException {
        try (Connection connection = satchel.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM export_history WHERE " + condition)) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Why exports waited, and how often. */
    private static Map<String, Integer> said(SatchelSubject satchel) throws SQLException {
        Map<String, Integer> said = new TreeMap<>();
        try (Connection connection = satchel.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT error_message, count(*) FROM said GROUP BY 1")) {
            while (row.next()) {
                said.put(row.getString(1), row.getInt(2));
            }
        }
        return said;
    }

    @Test
    void survivesKillsAndPausesOverS3() throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE)) {
            survives(store, satchel, Network.SOUND, LEASE, KILLS_AND_PAUSES);
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
                    LEASE,
                    Map.of(
                            Fault.DATABASE_RESET, 30,
                            Fault.DATABASE_SILENCE, 30,
                            Fault.STORE_RESET, 30,
                            Fault.STORE_SILENCE, 30));
        }
    }

    @Test
    void survivesKillsAndPausesOverKafka() throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE);
                KafkaProcess kafka = KafkaProcess.of(satchel, folder.resolve("kafka"), SEED)) {
            survives(store, satchel, kafka, LEASE, KILLS_AND_PAUSES);
        }
    }

    @Test
    void spendsNoAttemptWhileKafkaIsAway() throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                SatchelSubject satchel = new SatchelSubject(store, LEASE_OVER_A_FAULTY_CHANNEL);
                KafkaProcess kafka = KafkaProcess.of(satchel, folder.resolve("kafka"), SEED)) {
            survives(
                    store,
                    satchel,
                    kafka,
                    LEASE_OVER_A_FAULTY_CHANNEL,
                    Map.of(
                            Fault.CHANNEL_RESET, 30,
                            Fault.CHANNEL_REFUSAL, 30,
                            Fault.CHANNEL_SILENCE, 30,
                            Fault.CHANNEL_KILL, 4,
                            Fault.CHANNEL_STOP, 4));

            assertThat(count(satchel, "retry_count > 0"))
                    .as("exports that spent an attempt")
                    .isZero();
            assertThat(said(satchel).keySet())
                    .as("why exports waited")
                    .isSubsetOf("worker_misconfigured: the workers cannot be asked for the parts of the export, because"
                            + " the channel of requests refuses them or does not answer: see the rights and the server of"
                            + " the channel");
        }
    }
}
