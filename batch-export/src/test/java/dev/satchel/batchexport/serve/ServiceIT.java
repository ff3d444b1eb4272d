package dev.satchel.batchexport.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.serve.management.ManagementServer;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.migrations.OwnThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code satchel serve} does all day, and what it says of itself. */
@Timeout(180)
class ServiceIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String YEARLY = "0 0 0 1 1 *";

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @AutoClose
    private FaultyProxy database;

    private final StopSignal stop = new StopSignal();
    private CompletableFuture<Void> service = CompletableFuture.completedFuture(null);
    private int port;

    @BeforeEach
    void install() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        database = satchel.proxyToDatabase();
    }

    @AfterEach
    void stop() throws Exception {
        stop.abandon();
        service.get(1, TimeUnit.MINUTES);
    }

    private void begin(Map<String, String> more) throws Exception {
        Map<String, String> environment = satchel.throughProxyToDatabase(database);
        environment.put("SATCHEL_EXPORT_LEASE", "3s");
        environment.putAll(more);
        Settings settings = new Settings(environment);
        ManagementServer management = ManagementServer.at(new InetSocketAddress("127.0.0.1", 0));
        port = management.port();
        service = CompletableFuture.runAsync(() -> run(settings, management), OwnThread::start);
        Await.until("it answers", () -> {
            if (service.isCompletedExceptionally()) {
                service.join();
            }
            return isAnswered();
        });
    }

    private void run(Settings settings, ManagementServer management) {
        try (management;
                NamedFileStore store = settings.store();
                HikariDataSource jobs = settings.database().pool(Service.jobConnections(2, settings.partition()));
                HikariDataSource own = Service.ownConnections(settings.database())) {
            new Service(
                            new Service.Parts(
                                    settings.serve(),
                                    settings.exports(),
                                    settings.partition(),
                                    settings.health(),
                                    settings.datasets(),
                                    settings.formats(),
                                    2,
                                    store,
                                    null,
                                    jobs,
                                    own),
                            stop)
                    .run(management);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void deliversAtOnceAndSaysThatItIsWell() throws Exception {
        begin(Map.of());
        String id = satchel.requestOfNewUser();
        Await.until("delivered", () -> satchel.status(id).equals("completed 0"));

        HttpResponse<String> health = get("/actuator/health");
        assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
        JsonNode document = JsonMapper.shared().readTree(health.body());
        assertThat(document.path("status").asString()).isEqualTo("UP");
        assertThat(document.path("components").propertyNames())
                .containsExactly(
                        "satchelDatabase",
                        "satchelStore",
                        "satchelOldestPending",
                        "satchelStuckLease",
                        "satchelSchedule",
                        "satchelJobs");
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(get("/actuator/health/liveness").body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(get("/actuator/prometheus").body())
                .contains(
                        "satchel_exports_total{format=\"csv\",outcome=\"delivered\"} 1.0",
                        "satchel_exports_pending 0.0",
                        "satchel_leases_rescued_total 0.0");
        assertThat(get("/actuator/prometheus").headers().firstValue("Content-Type"))
                .contains("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void answersOnlyForWhatItHasAndChangesNothing() throws Exception {
        begin(Map.of("SATCHEL_SERVE_EXPORTS", "-"));

        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/actuator/health/").statusCode()).isEqualTo(404);
        assertThat(get("/actuator/healthy").statusCode()).isEqualTo(404);
        assertThat(get("/actuator/env").statusCode()).isEqualTo(404);
        assertThat(send("/actuator/health", "POST").statusCode()).isEqualTo(405);
        assertThat(send("/actuator/health", "POST").headers().firstValue("Allow"))
                .contains("GET, HEAD");
        assertThat(send("/actuator/health", "HEAD").body()).isEmpty();
        assertThat(send("/actuator/health", "HEAD").statusCode()).isEqualTo(200);
    }

    @Test
    void runsItsJobsOnScheduleAndCountsThem() throws Exception {
        begin(Map.of(
                "SATCHEL_SERVE_EXPORTS", "* * * * * *",
                "SATCHEL_SERVE_CLEANUP", "* * * * * *",
                "SATCHEL_SERVE_STREAKS", "* * * * * *"));
        String id = satchel.requestOfNewUser();

        Await.until("delivered", () -> satchel.status(id).equals("completed 0"));
        Await.until("each job has succeeded", () -> {
            String metrics = body("/actuator/prometheus");
            return metrics.contains("satchel_job=\"export_run\"")
                    && metrics.contains("satchel_job=\"cleanup\"")
                    && metrics.contains("satchel_job=\"streaks\"");
        });

        assertThat(satchel.value("SELECT string_agg(task_name, ' ' ORDER BY task_name) FROM satchel.scheduled_tasks"))
                .isEqualTo("cleanup exports streaks");
        assertThat(satchel.value("SELECT count(*) FROM satchel.scheduled_tasks WHERE last_failure IS NOT NULL"))
                .isEqualTo("0");
    }

    @Test
    void goesOnByItselfAfterAnOutageOfTheDatabase() throws Exception {
        begin(Map.of("SATCHEL_SERVE_STREAKS", "* * * * * *"));
        String first = satchel.requestOfNewUser();
        Await.until("it delivers", () -> satchel.status(first).equals("completed 0"));
        database.refuse();
        Await.until("health is red and says why", () -> {
            String health = body("/actuator/health");
            return health.contains("\"satchelDatabase\":{\"status\":\"DOWN\"")
                    && health.contains("the database could not be reached or was overloaded");
        });

        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
        assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        String before = lastRun();
        String id = satchel.requestOfNewUser();

        database.recover();

        Await.until("delivered", () -> satchel.status(id).equals("completed 0"));
        Await.until("streaks are looked at again", () -> !lastRun().equals(before));
        Await.until("health is green", () -> body("/actuator/health").startsWith("{\"status\":\"UP\""));
    }

    /** As {@code export run}: what is to be tried again in two seconds is part of the run, what cannot be delivered fails it. */
    @Test
    void runsExportsToTheEndAtATickAndTurnsRedForWhatIsLeft() throws Exception {
        begin(Map.of("SATCHEL_SERVE_EXPORTS", YEARLY, "SATCHEL_SERVE_CLEANUP", "-", "SATCHEL_SERVE_STREAKS", "-"));
        String soon = satchel.requestOfNewUser();
        String never = satchel.requestOfNewUser();
        delay(soon, "clock_timestamp() + interval '2 seconds'");
        delay(never, "'infinity'");

        tick("exports");

        Await.until(
                "red",
                () -> body("/actuator/health")
                        .contains("the last run of exports failed: 0 exports failed for good, 1 wait"));
        assertThat(satchel.status(soon)).isEqualTo("completed 0");

        delay(never, "clock_timestamp()");
        tick("exports");

        Await.until("green", () -> body("/actuator/health").startsWith("{\"status\":\"UP\""));
        assertThat(satchel.status(never)).isEqualTo("completed 0");
    }

    private void delay(String id, String until) {
        satchel.sql("INSERT INTO satchel.export_lease (export_id, attempt, run_after) VALUES ('" + id + "', 0, " + until
                + ") ON CONFLICT (export_id) DO UPDATE SET run_after = EXCLUDED.run_after");
    }

    /** Makes a tick come now. */
    private void tick(String job) throws InterruptedException {
        change(job, "execution_time");
    }

    /** Sets a column of a job to now, when no program runs it. */
    private void change(String job, String column) throws InterruptedException {
        Await.until(
                "the job waits for its tick",
                () -> satchel.value("WITH now AS (UPDATE satchel.scheduled_tasks SET " + column
                                + " = clock_timestamp() WHERE task_name = '" + job
                                + "' AND NOT picked RETURNING 1) SELECT count(*) FROM now")
                        .equals("1"));
    }

    @Test
    void turnsGreenWhenAnotherProgramRanTheJobSinceItFailedHere() throws Exception {
        begin(Map.of("SATCHEL_SERVE_STREAKS", YEARLY, "SATCHEL_SERVE_EXPORTS", "-"));
        satchel.sql("REVOKE EXECUTE ON FUNCTION satchel.end_broken_streaks FROM satchel_exports");
        tick("streaks");
        Await.until("red", () -> body("/actuator/health").contains("the last run of streaks failed: "));

        // The end of the failed run writes the row, too.
        change("streaks", "last_success");

        Await.until("green", () -> body("/actuator/health").startsWith("{\"status\":\"UP\""));
    }

    private String lastRun() {
        return satchel.value(
                "SELECT coalesce(last_success::text, '') FROM satchel.scheduled_tasks WHERE task_name = 'streaks'");
    }

    /** Somebody removed the schema and migrated again. */
    @Test
    void addsTheRowOfAJobAgain() throws Exception {
        begin(Map.of("SATCHEL_SERVE_EXPORTS", "-"));
        satchel.sql("DELETE FROM satchel.scheduled_tasks");

        Await.until(
                "the rows are there again",
                () -> satchel.value("SELECT count(*) FROM satchel.scheduled_tasks")
                        .equals("2"));
    }

    @Test
    void turnsRedForAJobThatFailsAndGreenWhenItSucceeds() throws Exception {
        begin(Map.of("SATCHEL_SERVE_STREAKS", "* * * * * *", "SATCHEL_SERVE_EXPORTS", "-"));
        satchel.sql("REVOKE EXECUTE ON FUNCTION satchel.end_broken_streaks FROM satchel_exports");

        Await.until("red", () -> body("/actuator/health").contains("the last run of streaks failed: "));
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);

        satchel.sql("GRANT EXECUTE ON FUNCTION satchel.end_broken_streaks TO satchel_exports");

        Await.until("green", () -> body("/actuator/health").startsWith("{\"status\":\"UP\""));
    }

    @Test
    void turnsRedWhereItMayNotKeepTicks() throws Exception {
        begin(Map.of("SATCHEL_SERVE_EXPORTS", "-"));
        satchel.sql("REVOKE UPDATE ON satchel.scheduled_tasks FROM satchel_exports");

        Await.until(
                "red", () -> body("/actuator/health").contains("jobs cannot be scheduled: the login may not change"));
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
    }

    @Test
    void isNoLongerReadyWhileItStopsAndLeavesTheTickOfARunThatIsCutShort() throws Exception {
        String id = satchel.requestOfNewUser();
        try (FaultyProxy s3 = satchel.proxyToS3()) {
            s3.hold(id);
            begin(Map.of("SATCHEL_S3_ENDPOINT", "http://127.0.0.1:" + s3.port(), "SATCHEL_SERVE_EXPORTS", YEARLY));
            tick("exports");
            s3.awaitHeld();

            stop.stop(Duration.ofSeconds(20));

            assertThat(get("/actuator/health/readiness").body()).isEqualTo("{\"status\":\"OUT_OF_SERVICE\"}");
            assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);
            s3.release();
            service.get(1, TimeUnit.MINUTES);
        }

        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertThat(satchel.value("SELECT count(*) FROM satchel.scheduled_tasks WHERE picked"))
                .isEqualTo("0");
        // The next program finishes what the run may have left.
        assertThat(satchel.value("SELECT execution_time < clock_timestamp() FROM satchel.scheduled_tasks"
                        + " WHERE task_name = 'exports'"))
                .isEqualTo("t");
    }

    @Test
    void beginsNothingWhereItWasToldToStopBefore() {
        stop.abandon();

        run(new Settings(satchel.environment()), ManagementServer.at(new InetSocketAddress("127.0.0.1", 0)));

        assertThat(satchel.value("SELECT count(*) FROM satchel.scheduled_tasks"))
                .isEqualTo("0");
    }

    private boolean isAnswered() {
        try {
            return get("/actuator/health/liveness").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private String body(String path) {
        try {
            return get(path).body();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(path, "GET");
    }

    private HttpResponse<String> send(String path, String method) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
