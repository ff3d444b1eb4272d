package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.Installation;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.migrations.ServerDirectory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A connection that will never speak again is noticed long before a lease ends; one that only waits is left alone. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SilenceIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    @TempDir
    Path folder;

    @Test
    void retriesAReadingWhoseConnectionWentSilent() throws Exception {
        try (Installation satchel = Installation.in(folder.resolve("s3"))) {
            // More than fits between the server and a client that stops reading.
            satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'ana@example.org');"
                    + " INSERT INTO user_interactions (user_id, interaction_type, action, page_url, timestamp)"
                    + " SELECT '" + LEARNER
                    + "', 'click', 'n', repeat('x', 2000), now() FROM generate_series(1, 12000)");
            satchel.satchel("export", "request", "--user", LEARNER, "--type", "interactions", "--format", "csv")
                    .succeeded();
            try (SilentProxy proxy = SilentProxy.before(satchel.database().workerUrl(), 4_000_000, 1)) {
                Map<String, String> environment = satchel.environment();
                environment.put("DATABASE_URL", proxy.url());
                environment.put("SATCHEL_EXPORT_LEASE", "6s");

                Installation.Result run = Installation.satchel(environment, "export", "run", "--concurrency", "1");

                assertThat(proxy.silenced()).isEqualTo(1);
                assertThat(run.succeeded())
                        .startsWith("delivered 1 (12000 records")
                        .contains("retried 1");
            }
        }
    }

    @Test
    void waitsForALongStatement() throws Exception {
        try (SampleDatabase sample = SampleDatabase.create();
                SilentProxy proxy = SilentProxy.before(sample.workerUrl(), Long.MAX_VALUE, 0);
                Connection connection = connection(proxy.url());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT 'done' FROM pg_sleep(13)")) {
            row.next();

            assertThat(row.getString(1)).isEqualTo("done");
            // Or nothing would have been silent for too long.
            assertThat(connection.getNetworkTimeout()).isEqualTo(LivenessSocketFactory.SILENCE_MILLIS);
        }
    }

    @Test
    void doesNotWaitForALostAnswer() throws Exception {
        try (SampleDatabase sample = SampleDatabase.create();
                SilentProxy proxy = SilentProxy.before(sample.workerUrl(), 100_000, 1);
                Connection connection = connection(proxy.url());
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("SELECT repeat('x', 200000)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failed -> assertThat(failed.getSQLState()).isEqualTo("08006"));
        }
    }

    @Test
    void givesUpOnASilentDatabase() throws Exception {
        try (SampleDatabase sample = SampleDatabase.create();
                SilentProxy proxy = SilentProxy.before(sample.workerUrl(), Long.MAX_VALUE, 0);
                Connection connection = connection(proxy.url());
                Statement statement = connection.createStatement()) {
            proxy.fallSilent();

            assertThatThrownBy(() -> statement.executeQuery("SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failed -> assertThat(failed.getSQLState()).isEqualTo("08006"));
            assertThatThrownBy(() -> connection(proxy.url()))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failed -> assertThat(failed.getSQLState()).startsWith("08"));
        }
    }

    /** The new primary knows nothing of the session, which no machine works for any more. */
    @Test
    void doesNotWaitForAServerThatAnotherOneReplaced() throws Exception {
        try (SampleDatabase sample = SampleDatabase.create();
                EmbeddedPostgres other =
                        ServerDirectory.inMemory(EmbeddedPostgres.builder()).start();
                SilentProxy proxy = SilentProxy.before(sample.workerUrl(), Long.MAX_VALUE, 0);
                Connection connection = connection(proxy.url());
                Statement statement = connection.createStatement()) {
            URI login = URI.create(sample.workerUrl());
            try (Connection superuser = other.getPostgresDatabase().getConnection();
                    Statement prepare = superuser.createStatement()) {
                prepare.execute("CREATE ROLE \"" + login.getUserInfo().replaceFirst(":.*", "") + "\" LOGIN");
                prepare.execute("CREATE DATABASE \"" + login.getPath().substring(1) + "\"");
            }
            proxy.failOverTo(other.getPort());

            assertThatThrownBy(() -> statement.executeQuery("SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failed -> assertThat(failed.getSQLState()).isEqualTo("08006"));
        }
    }

    /** While another slot of the run looks for leases that have ended. */
    @Test
    void neverTakesAnExportBackWhoseReadingPauses() throws Exception {
        try (Installation satchel = Installation.in(folder.resolve("s3"))) {
            satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'ana@example.org');"
                    + " INSERT INTO user_interactions (user_id, interaction_type, action, page_url, timestamp)"
                    + " SELECT '" + LEARNER + "', 'click', 'n', 'x', now() FROM generate_series(1, 2);"
                    // Longer than the lease, and than the silence after which the server is asked.
                    + " CREATE POLICY pausing ON user_interactions AS RESTRICTIVE FOR SELECT TO authenticated"
                    + " USING (pg_sleep(5)::text IS NOT NULL)");
            String id = satchel.satchel(
                            "export", "request", "--user", LEARNER, "--type", "interactions", "--format", "csv")
                    .succeeded();
            Map<String, String> environment = satchel.environment();
            environment.put("SATCHEL_EXPORT_LEASE", "3s");

            Installation.satchel(environment, "export", "run", "--concurrency", "2")
                    .succeeded();

            assertThat(satchel.status(id)).isEqualTo("completed 0");
            assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal"))
                    .isEqualTo("1");
        }
    }

    private static Connection connection(String url) throws SQLException {
        return new Database(DatabaseUrl.of(Map.of(DatabaseUrl.SETTING, url)))
                .plain()
                .getConnection();
    }
}
