package dev.satchel.batchexport.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.TestS3;
import dev.satchel.batchexport.store.s3.Bucket;
import dev.satchel.batchexport.store.s3.PartMemory;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3FileStore;
import dev.satchel.batchexport.store.s3.S3Options;
import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.OwnThread;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What ends an attempt from outside, whatever the attempt waits for: the export is cancelled, its row is deleted, or the
 * worker is told to stop. Prints how long each took.
 */
@Timeout(180)
class CancelledExportIT {

    /** Far more than it takes, and far less than a request to a silent store takes without being aborted. */
    private static final long SECONDS = 20;

    private static final String BUCKET = "cancelled";

    private static final ExportSettings WITHOUT_GRACE = new ExportSettings(
            Duration.ofDays(7), Duration.ofSeconds(60), 5, Duration.ZERO, Duration.ofHours(24), "", null);

    @TempDir
    private static Path folder;

    @AutoClose
    private static TestS3 s3;

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static S3Client direct;

    private static UUID small;
    private static UUID large;

    @AutoClose
    private FaultyProxy network;

    @AutoClose
    private S3FileStore store;

    private SatchelPostgres satchel;

    /** What an attempt waits for when it is to end. */
    private enum Phase {
        /** A statement that waits for a lock, before the first COPY. */
        LOCK(false, "", "Lock"),
        /** A COPY that computes its first row. */
        COPY(false, "", "PgSleep"),
        /** The only request of a small file, which the store does not answer. */
        PUT(false, "PUT /" + BUCKET + "/%s", ""),
        BEGINNING(true, "POST /" + BUCKET + "/%s", ""),
        /** Parts that the store does not answer, where the worker waits for room for the next one. */
        PARTS(true, "partNumber=", ""),
        COMPLETING(true, "<CompleteMultipartUpload", ""),
        /** The file is published in the store, and is read back. */
        READING_BACK(true, "GET /" + BUCKET + "/%s", "");

        private final boolean isLarge;
        private final String held;
        private final String waits;

        Phase(boolean isLarge, String held, String waits) {
            this.isLarge = isLarge;
            this.held = held;
            this.waits = waits;
        }
    }

    @BeforeAll
    static void open() throws SQLException {
        s3 = TestS3.start(folder);
        s3.createBucket(BUCKET);
        direct = s3.client();
        database = SampleDatabase.create();
        small = addUser();
        large = addUser();
        owner().sql("""
                INSERT INTO user_interactions (user_id, interaction_type, component, action, page_url, "timestamp", metadata)
                SELECT :user, 'click', 'word', 'a', '/', now(), jsonb_build_object('text', repeat(md5(n::text), 10000))
                  FROM generate_series(1, 50) AS n
                """).param("user", large).update();
    }

    @AfterEach
    void makeFastAndForget() {
        owner().sql("DROP POLICY IF EXISTS slow ON user_interactions").update();
        owner().sql("DELETE FROM export_history").update();
    }

    @ParameterizedTest
    @EnumSource
    void aCancelledExportStops(Phase phase) throws Exception {
        UUID id = begin(phase);

        Delivery end = end(
                phase,
                id,
                worker ->
                        assertThat(satchel.exportHistory().cancel(id)).contains(ExportHistory.Cancellation.CANCELLED));

        assertThat(end).isInstanceOf(Delivery.Cancelled.class);
        ExportCatalog.Entry entry = satchel.exportCatalog().find(id).orElseThrow();
        assertThat(entry.status()).isEqualTo("failed");
        assertThat(entry.error()).startsWith("cancelled: ");
        assertThat(entry.location()).isNull();
        assertThat(satchel.exportHistory().cancel(id)).contains(ExportHistory.Cancellation.CANCELLED_BEFORE);
        assertNothingIsLeft(id);
    }

    @ParameterizedTest
    @EnumSource(names = {"COPY", "PARTS"})
    void anExportWhoseRowWasDeletedStops(Phase phase) throws Exception {
        UUID id = begin(phase);

        Delivery end = end(
                phase, id, worker -> owner().sql("DELETE FROM export_history").update());

        assertThat(end).isInstanceOf(Delivery.LeaseLost.class);
        assertNothingIsLeft(id);
    }

    @ParameterizedTest
    @EnumSource
    void aWorkerThatIsToldToStopGivesItsExportBack(Phase phase) throws Exception {
        UUID id = begin(phase);

        Delivery end = end(phase, id, ExportWorker::stop);

        assertThat(end).isInstanceOf(Delivery.Released.class);
        ExportCatalog.Entry entry = satchel.exportCatalog().find(id).orElseThrow();
        assertThat(entry.status()).isEqualTo("pending");
        assertThat(entry.retries()).isZero();
        assertNothingIsLeft(id);
    }

    private UUID begin(Phase phase) throws Exception {
        network = FaultyProxy.before(s3.endpoint().getHost(), s3.endpoint().getPort());
        S3Connection plain = s3.connection();
        S3Connection connection = new S3Connection(
                new S3Options(
                        "http://127.0.0.1:" + network.port(),
                        null,
                        true,
                        S3Options.Checksums.WHEN_SUPPORTED,
                        phase == Phase.READING_BACK ? S3Options.ReadBack.ALWAYS : S3Options.ReadBack.WHEN_NEEDED,
                        true,
                        2),
                plain.region(),
                plain.credentials());
        store = new S3FileStore(connection.client(), connection, new Bucket(BUCKET, ""), PartMemory.of(64 << 20, 2));
        satchel = new SatchelPostgres(database.workerDataSource());
        UUID user = phase.isLarge ? large : small;
        if (phase == Phase.COPY) {
            owner().sql("""
                    CREATE POLICY slow ON user_interactions AS RESTRICTIVE FOR SELECT TO authenticated
                     USING (pg_sleep(120) IS NOT NULL)
                    """).update();
            owner().sql("""
                    INSERT INTO user_interactions (user_id, interaction_type, component, action, page_url, "timestamp")
                    VALUES (:user, 'click', 'word', 'a', '/', now())
                    """).param("user", user).update();
        }
        return satchel.exportHistory()
                .request(new ExportRequest(
                        UserId.parse(user.toString()),
                        satchel.datasets().type("interactions"),
                        ExportFormat.CSV,
                        ExportFilters.NONE))
                .id();
    }

    /** Runs a worker until its attempt waits, ends the attempt, and returns how it ended. */
    private Delivery end(Phase phase, UUID id, Consumer<ExportWorker> end) throws Exception {
        CompletableFuture<Delivery> ended = new CompletableFuture<>();
        try (ExportWorker worker = ExportWorker.builder(database.workerDataSource(), store)
                        .settings(WITHOUT_GRACE)
                        .concurrency(1)
                        .listener(telling(ended))
                        .build();
                Connection lock = database.ownerDataSource().getConnection()) {
            worker.checkStore();
            lock.setAutoCommit(false);
            if (phase == Phase.LOCK) {
                try (Statement statement = lock.createStatement()) {
                    statement.execute("LOCK TABLE user_interactions IN ACCESS EXCLUSIVE MODE");
                }
            } else if (phase != Phase.COPY) {
                network.hold(phase.held.formatted(id));
            }
            CompletableFuture<RunSummary> run = CompletableFuture.supplyAsync(worker::watch, OwnThread::start);
            if (phase.held.isEmpty()) {
                Await.until("a statement waits", () -> waiting(phase.waits) > 0);
            } else {
                network.awaitHeld();
            }
            long begun = System.nanoTime();
            end.accept(worker);
            Delivery delivery = ended.get(SECONDS, TimeUnit.SECONDS);
            System.out.printf(
                    "an attempt in phase %s ended after %d ms%n",
                    phase, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
            assertThat(phase.held.isEmpty() ? waiting(phase.waits) : 0).isZero();
            worker.stop();
            run.get(1, TimeUnit.MINUTES);
            return delivery;
        }
    }

    private static DeliveryListener telling(CompletableFuture<Delivery> ended) {
        return (DeliveryListener) Proxy.newProxyInstance(
                DeliveryListener.class.getClassLoader(),
                new Class<?>[] {DeliveryListener.class},
                (proxy, method, arguments) -> ended.complete((Delivery) arguments[0]) ? null : null);
    }

    private static long waiting(String event) {
        return JdbcClient.create(database.superuserDataSource())
                .sql("""
                        SELECT count(*)
                          FROM pg_stat_activity
                         WHERE datname = current_database()
                           AND :event IN (wait_event, wait_event_type)
                        """)
                .param("event", event)
                .query(Long.class)
                .single();
    }

    // Before the store is given what the network held.
    private static void assertNothingIsLeft(UUID id) {
        assertThat(direct.listObjectsV2(list -> list.bucket(BUCKET).prefix(id.toString()))
                        .contents())
                .isEmpty();
        assertThat(direct.listMultipartUploads(list -> list.bucket(BUCKET)).uploads())
                .noneMatch(upload -> upload.key().startsWith(id.toString()));
    }

    private static UUID addUser() {
        UUID user = UUID.randomUUID();
        owner().sql("INSERT INTO users (id, email) VALUES (:id, :email)")
                .param("id", user)
                .param("email", user + "@example.org")
                .update();
        return user;
    }

    private static JdbcClient owner() {
        return JdbcClient.create(database.ownerDataSource());
    }
}
