package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How long a worker with the default settings takes to notice a database or a store that falls silent, a run to take over from
 * a worker that was killed, and a free slot to take new work. Prints each time.
 */
@Tag("chaos")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SilenceChaosIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(75);
    private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(90);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private Installation satchel;
    private FaultyProxy s3;
    private FaultyProxy database;

    @BeforeEach
    void begin() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        s3 = satchel.proxyToS3();
        database = satchel.proxyToDatabase();
    }

    @AfterEach
    void end() throws IOException {
        s3.close();
        database.close();
        satchel.close();
    }

    private String request(int records) {
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'ana@example.org');"
                + " INSERT INTO user_interactions (user_id, interaction_type, action, page_url, timestamp)"
                + " SELECT '" + LEARNER + "', 'click', 'n', repeat('x', 2000), now() FROM generate_series(1, " + records
                + ")");
        return satchel.satchel("export", "request", "--user", LEARNER, "--type", "interactions", "--format", "csv")
                .succeeded();
    }

    /** The time from the first to the second, both of which come before the end of the run. */
    private static Duration between(
            String what, CompletableFuture<Installation.Result> run, BooleanSupplier first, BooleanSupplier second)
            throws InterruptedException {
        await(() -> first.getAsBoolean() || run.isDone());
        assertThat(first.getAsBoolean()).as(() -> what + ": " + run.join()).isTrue();
        long begun = System.nanoTime();
        await(second);
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        System.out.println(what + ": " + time.toMillis() / 100 / 10.0 + " s");
        return time;
    }

    // The class has a time limit.
    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** The client ends the connection over which it waits. */
    @ParameterizedTest
    @CsvSource({
        "login, ''",
        "claim, FOR UPDATE OF h SKIP LOCKED",
        "count, count_records",
        "COPY, COPY (",
        "heartbeat, heartbeat_at = statement_timestamp()",
        "publish, file_size_bytes = "
    })
    void noticesASilentDatabase(String phase, String statement) throws Exception {
        String id = request(phase.equals("heartbeat") ? 2 : 12_000);
        if (phase.equals("heartbeat")) {
            satchel.sql("CREATE POLICY pausing ON user_interactions AS RESTRICTIVE FOR SELECT TO authenticated"
                    + " USING (pg_sleep(20)::text IS NOT NULL)");
        }
        database.fallSilentAt(statement);
        CompletableFuture<Installation.Result> run =
                Installation.begin(satchel.throughProxyToDatabase(database), "export", "run", "--concurrency", "1");

        assertThat(between("database at " + phase, run, database::isSilent, database::hasGivenUp))
                .isLessThan(LONGEST_SILENCE);

        database.recover();
        run.get(8, TimeUnit.MINUTES);
        // A run that did not get to its first export has ended.
        satchel.satchel("export", "run").succeeded();
        assertThat(satchel.status(id)).startsWith("completed");
    }

    /** The export waits for the store. */
    @ParameterizedTest
    @CsvSource({
        "PUT, 10, PUT /satchel-test/exports/%s",
        "CreateMultipartUpload, 12000, POST /satchel-test/exports/%s",
        "UploadPart, 12000, partNumber=2",
        "CompleteMultipartUpload, 12000, <CompleteMultipartUpload",
        "HEAD, 10, HEAD /satchel-test/exports/%s"
    })
    void noticesASilentStore(String phase, int records, String request) throws Exception {
        String id = request(records);
        s3.fallSilentAt(String.format(request, id));
        CompletableFuture<Installation.Result> run =
                Installation.begin(satchel.throughProxyToS3(s3), "export", "run", "--concurrency", "1");

        Duration row = between(
                "S3 at " + phase + ", until the row says so",
                run,
                () -> s3.isSilent() && satchel.status(id).startsWith("processing"),
                () -> satchel.status(id).startsWith("pending"));

        assertThat(row).isLessThan(LONGEST_SILENCE);
        assertThat(satchel.value("SELECT error_message FROM export_history WHERE id = '" + id + "'"))
                .startsWith("store_unavailable: ");
        s3.recover();
        run.get(8, TimeUnit.MINUTES).succeeded();
        assertThat(satchel.status(id)).isEqualTo("completed 0");
    }

    @Test
    void runsTheExportOfAKilledWorkerAgain() throws Exception {
        String id = request(10);
        s3.hold(id);
        Process killed = satchel.start(
                Map.of("SATCHEL_S3_ENDPOINT", "http://127.0.0.1:" + s3.port()),
                List.of(),
                folder.resolve("killed"),
                "export",
                "run");
        s3.awaitHeld();
        CompletableFuture<Installation.Result> next = Installation.begin(satchel.environment(), "export", "run");
        killed.destroyForcibly().waitFor();

        assertThat(between(
                        "from SIGKILL to running again",
                        next,
                        () -> true,
                        () -> satchel.status(id).endsWith(" 1")
                                && !satchel.status(id).startsWith("pending")))
                .as(Files.readString(folder.resolve("killed")))
                .isLessThan(LONGEST_ABSENCE);

        next.get(8, TimeUnit.MINUTES).succeeded();
        assertThat(satchel.status(id)).isEqualTo("completed 1");
    }

    @Test
    void neverTakesAnExportBackThatPausesForHalfAMinute() throws Exception {
        String id = request(4);
        satchel.sql("CREATE POLICY pausing ON user_interactions AS RESTRICTIVE FOR SELECT TO authenticated"
                + " USING (pg_sleep(30)::text IS NOT NULL)");

        Installation.satchel(satchel.environment(), "export", "run", "--concurrency", "2")
                .succeeded();

        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("1");
    }

    @Test
    void takesNewWorkAtOnceWhileAnExportIsHeld() throws Exception {
        String held = request(10);
        s3.hold(held);
        Process worker = satchel.start(
                satchel.throughProxyToS3(s3), List.of(), folder.resolve("worker"), "export", "run", "--watch");
        s3.awaitHeld();
        List<Duration> waits = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            TimeUnit.SECONDS.sleep(2);
            long begun = System.nanoTime();
            String next = satchel.requestOfNewUser();
            await(() -> !satchel.status(next).startsWith("pending"));
            waits.add(Duration.ofNanos(System.nanoTime() - begun));
        }
        System.out.println("a free slot takes new work after at most "
                + Collections.max(waits).toMillis() + " ms");
        assertThat(satchel.status(held)).isEqualTo("processing 0");
        assertThat(waits).allMatch(wait -> wait.compareTo(LONGEST_WAIT) < 0);
        s3.release();
        await(() -> satchel.status(held).startsWith("completed"));
        worker.destroy();
        Installation.ended(worker);
    }
}
