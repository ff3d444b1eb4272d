package dev.satchel.batchexport.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.Installation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What one line of cron leaves behind: nothing, or exit code 1 and a word about it. */
class UnattendedRunIT {

    private static final String SHORT = "3s";

    // Outlasts the outages of these tests: once a lease ended, a free slot rightly tries the export again.
    private static final String LONG = "5m";

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @AutoClose
    private FaultyProxy s3;

    @AutoClose
    private FaultyProxy database;

    @BeforeEach
    void begin() throws Exception {
        satchel = Installation.in(folder.resolve("s3"));
        s3 = satchel.proxyToS3();
        database = satchel.proxyToDatabase();
    }

    private static Map<String, String> withLease(String lease, Map<String, String> settings) {
        settings.put("SATCHEL_EXPORT_LEASE", lease);
        return settings;
    }

    private Map<String, String> throughBothProxies(String lease) {
        Map<String, String> settings = withLease(lease, satchel.throughProxyToDatabase(database));
        settings.put("SATCHEL_S3_ENDPOINT", satchel.throughProxyToS3(s3).get("SATCHEL_S3_ENDPOINT"));
        return settings;
    }

    @Test
    void deliversAtOnceWhatAKilledWorkerLeft() throws Exception {
        String id = satchel.requestOfNewUser();
        s3.hold(id);
        Process killed = satchel.start(
                withLease(SHORT, satchel.throughProxyToS3(s3)), List.of(), folder.resolve("killed"), "export", "run");
        s3.awaitHeld();
        killed.destroyForcibly().waitFor();

        Installation.Result run = Installation.satchel(withLease(SHORT, satchel.environment()), "export", "run");

        assertThat(run.succeeded()).contains("delivered 1 (");
        assertThat(satchel.status(id)).isEqualTo("completed 1");
    }

    @Test
    void publishesOnTheFirstAttemptThroughAnOutageOfTheDatabase() throws Exception {
        String id = satchel.requestOfNewUser();
        s3.hold(id);
        CompletableFuture<Installation.Result> run = Installation.begin(throughBothProxies(LONG), "export", "run");
        s3.awaitHeld();
        database.refuse();
        s3.release();
        Await.until("the worker looks for the database", () -> database.refused() > 3);

        database.recover();

        assertThat(run.get(1, TimeUnit.MINUTES).succeeded()).contains("delivered 1 (");
        assertThat(satchel.status(id)).isEqualTo("completed 0");
    }

    @Test
    void waitsForADatabaseThatGoesAwayBetweenTwoExports() throws Exception {
        String slow = satchel.requestOfNewUser();
        s3.hold(slow);
        CompletableFuture<Installation.Result> run = Installation.begin(throughBothProxies(LONG), "export", "run");
        s3.awaitHeld();
        database.refuse();
        String next = satchel.requestOfNewUser();
        Await.until("the worker looks for the database", () -> database.refused() > 6);

        database.recover();
        s3.release();

        assertThat(run.get(1, TimeUnit.MINUTES).succeeded()).contains("delivered 2 (");
        assertThat(satchel.status(slow)).isEqualTo("completed 0");
        assertThat(satchel.status(next)).isEqualTo("completed 0");
    }

    // It waits nearly all the time.
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void endsWithOneWhenTheDatabaseDoesNotComeBack() throws Exception {
        String id = satchel.requestOfNewUser();
        s3.hold(id);
        CompletableFuture<Installation.Result> run = Installation.begin(throughBothProxies(SHORT), "export", "run");
        s3.awaitHeld();
        database.refuse();
        s3.release();

        Installation.Result ended = run.get(4, TimeUnit.MINUTES);

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.out()).contains("delivered 0 (");
        assertThat(ended.err()).contains("the database cannot be reached");
    }

    @Test
    void saysWhatOnlyTheOperatorCanMendAndDeliversItAfterwards() {
        satchel.sql("REVOKE SELECT ON users FROM authenticated");
        String id = satchel.requestOfNewUser();

        Installation.Result refused = satchel.satchel("export", "run");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).contains("delivered 0 (", "left 1 pending with access_denied");
        assertThat(satchel.status(id)).isEqualTo("pending 0");
        assertThat(satchel.value("SELECT error_message FROM export_history"))
                .startsWith("access_denied: the database does not let a user read");

        satchel.sql("GRANT SELECT ON users TO authenticated");

        assertThat(satchel.satchel("export", "run").succeeded()).contains("delivered 1 (");
        assertThat(satchel.status(id)).isEqualTo("completed 0");
    }

    @Test
    void endsWithOneForWhatAnotherProgramAskedForInVain() {
        String id = satchel.requestOfNewUser();
        satchel.sql("UPDATE export_history SET export_format = 'pdf'");

        Installation.Result run = satchel.satchel("export", "run");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("delivered 0 (", "failed 1,");
        assertThat(satchel.status(id)).isEqualTo("failed 0");
    }

    @Test
    void aWatchGoesOnByItselfAfterAnOutageOfTheStore() throws Exception {
        Process worker = satchel.start(
                withLease(SHORT, satchel.throughProxyToS3(s3)),
                List.of(),
                folder.resolve("w"),
                "export",
                "run",
                "--watch");
        String first = satchel.requestOfNewUser();
        Await.until("delivered", () -> satchel.status(first).startsWith("completed"));
        s3.refuse();
        String second = satchel.requestOfNewUser();
        Await.until(
                "put back",
                () -> satchel.value(
                                "SELECT coalesce(error_message, '') FROM export_history WHERE id = '" + second + "'")
                        .startsWith("store_unavailable: "));
        String third = satchel.requestOfNewUser();
        int refused = s3.refused();
        Await.until("the store is probed", () -> s3.refused() > refused + 10);
        // Another slot may have begun the third before the first one that failed closed the store to all.
        for (String id : List.of(second, third)) {
            Await.until("left alone", () -> satchel.status(id).equals("pending 0"));
        }

        s3.recover();

        for (String id : List.of(second, third)) {
            Await.until("delivered", () -> satchel.status(id).equals("completed 0"));
        }
        worker.destroy();
        assertThat(Installation.ended(worker)).isEqualTo(143);
        assertThat(Files.readString(folder.resolve("w"))).contains("the store passes its probe again");
    }

    @Test
    void aWatchWaitsForADatabaseThatIsAwayWhenItBegins() throws Exception {
        database.refuse();
        Process worker =
                satchel.start(throughBothProxies(SHORT), List.of(), folder.resolve("w"), "export", "run", "--watch");
        Await.until("the worker looks for the database", () -> database.refused() > 2);
        String id = satchel.requestOfNewUser();

        database.recover();

        Await.until("delivered", () -> satchel.status(id).equals("completed 0"));
        worker.destroy();
        assertThat(Installation.ended(worker)).isEqualTo(143);
        assertThat(Files.readString(folder.resolve("w")))
                .containsOnlyOnce("no export is claimed until the database answers: database_unavailable")
                .containsPattern("until the database answers: database_unavailable: [^\\n]+ \\([^\\n]+\\)")
                .containsOnlyOnce("the database answers\n");
    }

    @Test
    void aWatchDoesNotBeginWithALoginThatIsRefused() throws Exception {
        Map<String, String> settings = satchel.environment();
        settings.compute("DATABASE_URL", (name, url) -> String.valueOf(url).replaceFirst(":[^:@/]+@", ":wrong@"));

        Installation.Result ended =
                Installation.begin(settings, "export", "run", "--watch").get(1, TimeUnit.MINUTES);

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.err()).contains("the database refused the login");
    }
}
