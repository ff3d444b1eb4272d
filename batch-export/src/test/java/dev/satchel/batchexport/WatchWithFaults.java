package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.convert.DurationStyle;

/**
 * A worker with two places under a mix of long and short exports, for as long as {@code -Dsatchel.soak} says: PostgreSQL
 * is restarted, the store is away for three minutes, the worker is killed and started again. Everything is delivered, and
 * what the places did is printed.
 */
class WatchWithFaults {

    private static final Duration TIME = DurationStyle.detectAndParse(System.getProperty("satchel.soak", "60m"));
    private static final Duration OUTAGE = min(Duration.ofMinutes(3), TIME.dividedBy(5));
    private static final int PLACES = 2;
    private static final int LONG_USERS = 3;

    @TempDir
    Path folder;

    private final Random random = new Random(42);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final long begin = System.nanoTime();
    private Installation satchel;
    private FaultyProxy s3;
    private Process worker;

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @BeforeEach
    void begin() throws Exception {
        satchel = Installation.in(folder.resolve("s3"));
        s3 = satchel.proxyToS3();
        satchel.sql("INSERT INTO users (id, email) SELECT gen_random_uuid(), n || '@example.org'"
                + " FROM generate_series(1, 200) AS n");
        satchel.sql("""
                INSERT INTO user_interactions (user_id, interaction_type, action, page_url, metadata)
                SELECT id, 'click', 'read', repeat('words ', 20), '{"n": 1}'
                  FROM (SELECT id FROM users ORDER BY id LIMIT %d) AS users, generate_series(1, 150000)
                """.formatted(LONG_USERS));
        worker = start();
    }

    @AfterEach
    void end() throws Exception {
        threads.shutdownNow();
        worker.destroyForcibly();
        s3.close();
        satchel.close();
    }

    private Process start() throws IOException {
        return satchel.start(
                satchel.throughProxyToS3(s3),
                List.of("-Xmx256m"),
                folder.resolve("worker"),
                "export",
                "run",
                "--watch",
                "--concurrency",
                String.valueOf(PLACES));
    }

    @Test
    void everythingIsDelivered() throws Exception {
        Places places = new Places();
        Future<?> watching = threads.submit(places);
        long slice = TIME.dividedBy(5).toMillis();

        request(1);
        places.awaitWork();
        places.enter("undisturbed");
        request(slice);
        places.enter("restart of PostgreSQL");
        PostgresRestart.of(satchel.database(), folder.resolve("postgres"));
        places.enter("after the restart");
        request(slice);
        places.enter("outage of the store");
        s3.refuse();
        request(OUTAGE.toMillis());
        s3.recover();
        places.enter("after the outage");
        request(2 * slice - OUTAGE.toMillis());
        places.enter("SIGKILL");
        worker.destroyForcibly().waitFor();
        worker = start();
        places.awaitWork();
        places.enter("after the SIGKILL");
        request(slice);

        places.enter("drain");
        while (!"0".equals(satchel.value("SELECT count(*) FROM export_history WHERE status <> 'completed'"))) {
            assertThat(satchel.value("SELECT count(*) FROM export_history WHERE status = 'failed'"))
                    .isEqualTo("0");
            TimeUnit.MILLISECONDS.sleep(500);
        }
        worker.destroy();
        assertThat(Installation.ended(worker)).isEqualTo(143);
        watching.cancel(true);
        // What the killed worker had sent and not published.
        Map<String, String> atOnce = satchel.environment();
        atOnce.put("SATCHEL_EXPORT_LEASE", "3s");
        atOnce.put("SATCHEL_EXPORT_ORPHAN_GRACE", "6s");
        Installation.satchel(atOnce, "cleanup").succeeded();
        places.print();
        System.out.printf(
                "delivered %s, retries %s, %d of them long%n",
                satchel.value("SELECT count(*) FROM export_history WHERE status = 'completed'"),
                satchel.value("SELECT sum(retry_count) FROM export_history"),
                Integer.parseInt(satchel.value("SELECT count(*) FROM export_history WHERE records_count > 1000")));
        assertEachExportHasOneWholeObject();
        assertThat(satchel.value("SELECT count(*) FROM satchel.export_lease")).isEqualTo("0");
        assertThat(satchel.unfinishedUploads()).isZero();
    }

    private void assertEachExportHasOneWholeObject() {
        Map<String, Long> expected = new TreeMap<>();
        satchel.rows("SELECT file_url, file_size_bytes FROM export_history", row -> {
            try {
                expected.put(row.getString(1), row.getLong(2));
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
        Map<String, Long> stored = satchel.sizes();
        assertThat(stored.keySet()).hasSizeGreaterThan(1).hasSameSizeAs(expected.keySet());
        assertThat(stored.equals(expected))
                .as("the objects are those of the history, in full")
                .isTrue();
    }

    // Ten at once now and then, so that some wait, and never so many that the end would be far away.
    private void request(long millis) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (int n = 1; System.nanoTime() < deadline; n++) {
            TimeUnit.MILLISECONDS.sleep(n % 50 < 10 ? 0 : 500);
            if (Integer.parseInt(satchel.value("SELECT count(*) FROM export_history WHERE status = 'pending'")) < 20) {
                boolean isLong = random.nextInt(60) == 0;
                String format = List.of("csv", "json", "jsonl").get(random.nextInt(3));
                satchel.sql("""
                        INSERT INTO export_history (user_id, export_type, export_format)
                        SELECT id, '%s', '%s' FROM users ORDER BY id LIMIT 1 OFFSET %d
                            ON CONFLICT DO NOTHING
                        """.formatted(
                                isLong
                                        ? "interactions"
                                        : List.of("profile", "sessions", "all").get(random.nextInt(3)),
                                format,
                                isLong ? random.nextInt(LONG_USERS) : LONG_USERS + random.nextInt(190)));
            }
        }
    }

    /** Looks ten times a second whether a place of the living worker is idle while an export waits that may be claimed. */
    private final class Places implements Runnable {

        private static final String LOOK = """
                SELECT (SELECT count(*)
                          FROM export_history AS export
                          LEFT JOIN satchel.export_lease AS lease ON lease.export_id = export.id
                         WHERE export.status = 'pending'
                           AND coalesce(lease.run_after <= now(), true)) > 0 AS waits,
                       (SELECT count(*) FROM satchel.export_lease WHERE token IS NOT NULL AND owner LIKE ?) AS busy
                """;

        private final Map<String, Long> longest = new TreeMap<>();
        private volatile String phase = "start";
        private volatile boolean worked;

        void enter(String next) {
            System.out.printf("%6d s  %s%n", (System.nanoTime() - begin) / 1_000_000_000, next);
            worked = false;
            phase = next;
        }

        void awaitWork() throws InterruptedException {
            worked = false;
            Await.until("the new worker claims", () -> worked);
        }

        @Override
        public void run() {
            while (!Thread.currentThread().isInterrupted()) {
                try (Connection connection =
                                satchel.database().ownerDataSource().getConnection();
                        PreparedStatement look = connection.prepareStatement(LOOK)) {
                    watch(look);
                } catch (SQLException restarting) {
                    continue;
                } catch (InterruptedException done) {
                    return;
                }
            }
        }

        private void watch(PreparedStatement look) throws SQLException, InterruptedException {
            long idleSince = System.nanoTime();
            String idleIn = phase;
            while (true) {
                look.setString(1, worker.pid() + "@%");
                try (ResultSet row = look.executeQuery()) {
                    row.next();
                    long now = System.nanoTime();
                    worked |= row.getInt("busy") > 0;
                    if (!row.getBoolean("waits") || row.getInt("busy") >= PLACES || !idleIn.equals(phase)) {
                        idleSince = now;
                        idleIn = phase;
                    }
                    longest.merge(phase, (now - idleSince) / 1_000_000, Math::max);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }

        void print() {
            longest.forEach((name, millis) -> System.out.printf(
                    "longest time that a place was idle while something waited: %6d ms  %s%n", millis, name));
        }
    }
}
