package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers and networks that end connections which are idle for less time than an export takes. */
class IdleConnectionsIT {

    /** Longer than the half of a second for which the pool takes a connection for alive without asking. */
    private static final Duration LIMIT = Duration.ofMillis(700);

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

    private Map<String, String> settings() {
        Map<String, String> settings = satchel.throughProxyToDatabase(database);
        settings.putAll(Map.of(
                "SATCHEL_EXPORT_LEASE",
                "3s",
                "SATCHEL_S3_ENDPOINT",
                satchel.throughProxyToS3(s3).get("SATCHEL_S3_ENDPOINT")));
        return settings;
    }

    // A heart that beats every 750 ms has its own connection cut in between, and has to open another.
    private void awaitTwoHeartbeats() throws InterruptedException {
        Await.until(
                "two heartbeats",
                () -> "t"
                        .equals(satchel.value("SELECT heartbeat_at > started_at + interval '1.5 s'"
                                + " FROM satchel.export_lease JOIN export_history ON id = export_id")));
    }

    @Test
    void anExportIsPublishedOnTheFirstAttemptAlthoughTheServerEndsIdleSessions() throws Exception {
        satchel.sql("ALTER DATABASE " + satchel.database().name() + " SET idle_session_timeout = " + LIMIT.toMillis());
        satchel.sql("ALTER DATABASE " + satchel.database().name() + " SET idle_in_transaction_session_timeout = "
                + LIMIT.toMillis());
        String id = satchel.requestOfNewUser();
        s3.hold(id);
        CompletableFuture<Installation.Result> run =
                Installation.begin(settings(), "export", "run", "--concurrency", "2");
        s3.awaitHeld();
        awaitTwoHeartbeats();

        s3.release();

        assertThat(run.get(1, TimeUnit.MINUTES).succeeded()).contains("delivered 1 ");
        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertThat(satchel.objects()).hasSize(1);
    }

    @Test
    void anExportIsPublishedOnTheFirstAttemptAlthoughTheNetworkEndsIdleConnections() throws Exception {
        String id = satchel.requestOfNewUser();
        s3.hold(id);
        CompletableFuture<Installation.Result> run =
                Installation.begin(settings(), "export", "run", "--concurrency", "2");
        s3.awaitHeld();
        // Shorter than the half of a second after which the leases are looked at again.
        database.cutIdle(Duration.ofMillis(200));
        awaitTwoHeartbeats();
        Await.until("connections were cut", () -> database.cut() > 0);

        s3.release();

        assertThat(run.get(1, TimeUnit.MINUTES).succeeded()).contains("delivered 1 ");
        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertThat(satchel.objects()).hasSize(1);
    }

    @Test
    void aFileIsRemovedAndForgottenAlthoughTheNetworkEndsIdleConnections() throws Exception {
        String id = satchel.requestOfNewUser();
        satchel.satchel("export", "run").succeeded();
        satchel.sql("UPDATE export_history SET expires_at = now()");
        s3.hold("DELETE /" + Installation.BUCKET + "/exports/" + id);
        CompletableFuture<Installation.Result> cleanUp = Installation.begin(settings(), "cleanup");
        s3.awaitHeld();
        database.cutIdle(LIMIT);
        Await.until("connections were cut", () -> database.cut() > 0);

        s3.release();

        assertThat(cleanUp.get(1, TimeUnit.MINUTES).succeeded()).contains("removed 1 expired", "kept 0");
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("0");
    }
}
