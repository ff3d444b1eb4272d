package dev.satchel.batchexport.observe.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.TestS3;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.schema.PostgresServer;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health on real servers: green while all is well, red with the reason and without a secret when something is wrong. */
class HealthIT {

    @TempDir
    static Path folder;

    private static Installation satchel;
    private static SatchelPostgres ports;

    @BeforeAll
    static void begin() {
        satchel = Installation.in(folder.resolve("s3"));
        ports = new SatchelPostgres(satchel.database().workerDataSource());
    }

    @AfterAll
    static void close() {
        satchel.close();
    }

    private static HealthCheck database(DataSource dataSource) {
        return new DatabaseCheck(dataSource, new KnownFailures());
    }

    @Nested
    class TheDatabase {

        @Test
        void isGreenWhileItAnswers() {
            assertThat(database(satchel.database().workerDataSource()).check())
                    .isEqualTo(CheckResult.passed("the database answers"));
        }

        @Test
        void isRedOnceTheServerIsStopped() throws Exception {
            CheckResult before;
            HealthCheck check;
            try (PostgresServer server =
                    PostgresServer.versions().findFirst().orElseThrow().start()) {
                server.run("postgres", "postgres", "CREATE TABLE users (id uuid PRIMARY KEY, email text)");
                Installation.satchel(Map.of("DATABASE_URL", server.url("postgres", "postgres")), "migrate")
                        .succeeded();
                check = database(server.login("postgres", "postgres"));
                before = check.check();
            }

            assertThat(before.passed()).as(before.sentence()).isTrue();
            assertThat(check.check())
                    .isEqualTo(CheckResult.failed("the database could not be reached or was overloaded"));
        }

        @Test
        void isRedForAWrongPassword() {
            SampleDatabase database = satchel.database();
            HealthCheck check = database(database.dataSource(database.workerUser(), "not-the-password"));

            assertThat(check.check())
                    .isEqualTo(CheckResult.failed("the database refused the worker's login: check the user and password"
                            + " of DATABASE_URL"));
        }

        @Test
        void isRedWithoutTheSchema() {
            try (SampleDatabase database = SampleDatabase.createUnmigrated().ensureWorker()) {
                assertThat(database(database.ownerDataSource()).check())
                        .isEqualTo(CheckResult.failed("the database of the data source has no tables of Satchel: run"
                                + " 'satchel migrate' as their owner first"));
            }
        }

        @Test
        void isRedForASchemaOfAnotherVersion() {
            HealthCheck check = database(satchel.database().ownerDataSource());
            satchel.sql("INSERT INTO satchel.flyway_schema_history (installed_rank, version, description, type, script,"
                    + " checksum, installed_by, execution_time, success)"
                    + " VALUES (999, '999', 'later', 'SQL', 'V999__later.sql', 0, 'later', 0, true)");
            try {
                assertThat(check.check().passed()).isFalse();
                assertThat(check.check().sentence())
                        .contains("this program is older than the database's schema", "999");
            } finally {
                satchel.sql("DELETE FROM satchel.flyway_schema_history WHERE version = '999'");
            }
            assertThat(check.check()).isEqualTo(CheckResult.passed("the database answers"));
        }

        /** What is counted is not asked for: a table that another session holds is no reason for red. */
        @Test
        void isGreenWhileTheHistoryIsLocked() throws Exception {
            try (Connection other = satchel.database().ownerDataSource().getConnection();
                    Statement lock = other.createStatement()) {
                other.setAutoCommit(false);
                lock.execute("LOCK TABLE public.export_history IN ACCESS EXCLUSIVE MODE");

                assertThat(database(satchel.database().workerDataSource())
                                .check()
                                .passed())
                        .isTrue();
            }
        }
    }

    @Nested
    class TheStore {

        private static HealthCheck check(Map<String, String> settings) {
            FileStore store = new Settings(settings).store();
            return new StoreLook(store, storeCheck(store), new KnownFailures());
        }

        private static StoreCheck storeCheck(FileStore store) {
            return new StoreCheck(store, ports.knownStores(), ports.uploadJournal(), ports.probeRecords());
        }

        @Test
        void isGreenBeforeAndAfterItsFirstUse() throws IOException {
            HealthCheck check = check(satchel.environment());
            assertThat(check.check()).isEqualTo(CheckResult.passed("the store s3://satchel-test/exports/ can be read"));
            assertThat(satchel.everything()).isEmpty();

            storeCheck(new Settings(satchel.environment()).store()).check();

            assertThat(check.check().passed()).isTrue();
        }

        @Test
        void isRedOnceTheServerIsStopped() {
            Map<String, String> settings = satchel.environment();
            CheckResult before;
            HealthCheck check;
            try (TestS3 s3 = TestS3.start(folder.resolve("stopped"))) {
                s3.createBucket("stopped");
                settings.put("SATCHEL_STORE", "s3://stopped/exports");
                settings.put("SATCHEL_S3_ENDPOINT", s3.endpoint().toString());
                settings.put("AWS_ACCESS_KEY_ID", s3.accessKey());
                settings.put("AWS_SECRET_ACCESS_KEY", s3.secretKey());
                check = check(settings);
                before = check.check();
            }

            CheckResult after = check.check();

            assertThat(before.passed()).as(before.sentence()).isTrue();
            assertThat(after.passed()).isFalse();
            assertThat(after.sentence())
                    .startsWith("the store s3://stopped/exports cannot be reached")
                    .doesNotContain(settings.get("AWS_SECRET_ACCESS_KEY"), settings.get("AWS_ACCESS_KEY_ID"));
        }

        @Test
        void isRedForAWrongSecret() {
            Map<String, String> settings = satchel.environment();
            settings.put("AWS_SECRET_ACCESS_KEY", "not-the-secret");

            CheckResult result = check(settings).check();

            assertThat(result.passed()).isFalse();
            assertThat(result.sentence())
                    .startsWith("the store s3://satchel-test/exports refused the signature")
                    .contains("correct AWS_SECRET_ACCESS_KEY")
                    .doesNotContain("not-the-secret");
        }

        @Test
        void isRedForABucketThatDoesNotExist() {
            Map<String, String> settings = satchel.environment();
            settings.put("SATCHEL_STORE", "s3://there-is-no-such-bucket");

            CheckResult result = check(settings).check();

            assertThat(result.passed()).isFalse();
            assertThat(result.sentence()).contains("there-is-no-such-bucket");
        }

        @Test
        void isRedForADirectoryThatDoesNotExist() {
            Map<String, String> settings = satchel.environment();
            settings.put("SATCHEL_STORE", folder.resolve("unmounted").toUri().toString());

            CheckResult result = check(settings).check();

            assertThat(result.passed()).isFalse();
            assertThat(result.sentence()).contains("unmounted");
        }
    }

    @Nested
    class TheKeyEncryptionKey {

        @Test
        void isRedOnceItsFileIsMissing() throws IOException {
            Path secrets = Files.createDirectory(
                    folder.resolve("secrets"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path file = secrets.resolve("kek.json");
            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file);
            HealthCheck check = new KeyEncryptionKeyCheck(() -> keys);
            assertThat(check.check()).isEqualTo(CheckResult.passed("the key-encryption key wraps and unwraps"));

            Files.delete(file);

            CheckResult result = check.check();
            assertThat(result.passed()).isFalse();
            assertThat(result.sentence()).contains("kek.json");
        }

        @Test
        void isRedWhereItWasNeverMade() {
            Map<String, String> variables = new TreeMap<>(satchel.environment());
            variables.put("SATCHEL_KEK", "file:" + folder.resolve("never-made.json"));
            Settings settings = new Settings(variables);

            CheckResult result =
                    new KeyEncryptionKeyCheck(() -> settings.kekAddress().open(settings)).check();

            assertThat(result.passed()).isFalse();
            assertThat(result.sentence()).contains("never-made.json");
        }
    }

    @Nested
    class TheQueue {

        @Test
        void isRedForALeaseThatNoWorkerTakesOver() {
            HealthCheck check = new StuckLeaseCheck(ports.exportCatalog(), Duration.ofMinutes(5), new KnownFailures());
            String id = satchel.requestOfNewUser();
            ports.exportHistory().claim("silent worker", Duration.ofMinutes(1)).orElseThrow();
            assertThat(check.check()).isEqualTo(CheckResult.passed("no lease is stuck"));

            satchel.sql("UPDATE satchel.export_lease SET expires_at = now() - interval '6 minutes'");

            assertThat(check.check())
                    .isEqualTo(
                            CheckResult.failed(
                                    "exports whose lease expired more than 5 minutes ago and that no worker"
                                            + " has taken over: 1; their workers stopped answering, so start one: 'satchel export run'"));
            satchel.sql("DELETE FROM export_history WHERE id = '" + id + "'");
            assertThat(check.check().passed()).isTrue();
        }

        @Test
        void isRedForAnExportThatWaitsTooLong() {
            HealthCheck check =
                    new OldestPendingCheck(ports.exportCatalog(), Duration.ofHours(26), new KnownFailures());
            String id = satchel.requestOfNewUser();
            assertThat(check.check()).isEqualTo(CheckResult.passed("pending exports: 1"));

            satchel.sql("UPDATE export_history SET created_at = now() - interval '27 hours' WHERE id = '" + id + "'");

            assertThat(check.check())
                    .isEqualTo(
                            CheckResult.failed("the oldest of 1 pending exports has waited for 27 hours, longer than 26"
                                    + " hours: see that a worker runs, and what 'satchel export list --status pending' says it"
                                    + " waits for"));
            satchel.sql("DELETE FROM export_history WHERE id = '" + id + "'");
        }

        @Test
        void isRedWithTheReasonWhereTheDatabaseRefusesTheLogin() {
            SampleDatabase database = satchel.database();
            SatchelPostgres refused =
                    new SatchelPostgres(database.dataSource(database.workerUser(), "not-the-password"));
            String reason =
                    "because the database refused the worker's login: check the user and password of DATABASE_URL";

            assertThat(new OldestPendingCheck(refused.exportCatalog(), Duration.ofHours(1), new KnownFailures())
                            .check())
                    .isEqualTo(CheckResult.failed("pending exports could not be counted, " + reason));
            assertThat(new StuckLeaseCheck(refused.exportCatalog(), Duration.ofHours(1), new KnownFailures()).check())
                    .isEqualTo(CheckResult.failed("leases could not be counted, " + reason));
        }
    }
}
