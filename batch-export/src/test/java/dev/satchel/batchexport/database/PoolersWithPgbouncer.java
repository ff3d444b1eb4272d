package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Through a pooler requests work; what needs a session of its own says so, and leaves nothing in the sessions of others. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PoolersWithPgbouncer {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String REFUSAL = " is a connection pooler in transaction mode, which gives each transaction";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void install() {
        satchel = Installation.withLearnersIn(folder.resolve("s3"));
        satchel.sql("INSERT INTO users (id, email)"
                + " SELECT gen_random_uuid(), n || '@example.org' FROM generate_series(1, 200) AS n");
    }

    @Test
    void acceptsTwoHundredRequestsOfTwoHundred() throws Exception {
        List<String> users = new ArrayList<>();
        satchel.rows("SELECT id FROM users WHERE full_name IS NULL AND email ~ '^[0-9]+@'", row -> {
            try {
                users.add(row.getString(1));
            } catch (java.sql.SQLException failed) {
                throw new AssertionError(failed);
            }
        });
        assertThat(users).hasSize(200);
        ExecutorService application = Executors.newFixedThreadPool(4);
        try (Pgbouncer pooler = Pgbouncer.before(satchel.database(), folder, "transaction", "default_pool_size = 3")) {
            List<Future<Result>> requests = new ArrayList<>();
            for (String user : users) {
                requests.add(application.submit(() -> run(
                        pooler.workerUrl(),
                        "export",
                        "request",
                        "--user",
                        user,
                        "--type",
                        "profile",
                        "--format",
                        "json")));
            }
            Set<String> accepted = new HashSet<>();
            for (Future<Result> request : requests) {
                accepted.add(request.get().succeeded());
            }

            assertThat(accepted).hasSize(200);
            assertThat(satchel.value(
                            "SELECT count(*) FROM export_history WHERE id IN ('" + String.join("','", accepted) + "')"))
                    .isEqualTo("200");
            sessionsAreAsTheyWere(pooler);
        } finally {
            application.shutdownNow();
        }
    }

    // The pooler gives its few sessions to the application as well.
    private static void sessionsAreAsTheyWere(Pgbouncer pooler) throws Exception {
        String url = "jdbc:" + pooler.workerUrl().replace("worker@", "") + "?user=worker&prepareThreshold=0";
        List<Connection> held = new ArrayList<>();
        try {
            for (int session = 0; session < 3; session++) {
                Connection connection = DriverManager.getConnection(url);
                held.add(connection);
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("SELECT current_setting('lock_timeout'),"
                                + " current_setting('search_path'), (SELECT count(*) FROM pg_prepared_statements),"
                                + " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),"
                                + " current_setting('role')")) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo("0");
                    assertThat(row.getString(2)).isEqualTo("\"$user\", public");
                    assertThat(row.getLong(3)).isZero();
                    assertThat(row.getLong(4)).isZero();
                    assertThat(row.getString(5)).isEqualTo("none");
                }
            }
        } finally {
            for (Connection connection : held) {
                connection.close();
            }
        }
    }

    @Test
    void showsWhatBecameOfARequest() throws Exception {
        try (Pgbouncer pooler = Pgbouncer.before(satchel.database(), folder, "transaction")) {
            String id = run(
                            pooler.workerUrl(),
                            "export",
                            "request",
                            "--user",
                            LEARNER,
                            "--type",
                            "settings",
                            "--format",
                            "csv")
                    .succeeded();
            satchel.satchel("export", "run").succeeded();

            assertThat(run(pooler.workerUrl(), "export", "list", "--user", LEARNER)
                            .succeeded())
                    .contains(id);
            assertThat(run(pooler.workerUrl(), "export", "show", id).succeeded())
                    .contains("completed");
            assertThat(run(pooler.workerUrl(), "export", "link", id).succeeded())
                    .startsWith("http");
            assertThat(run(pooler.workerUrl(), "progress", "show", "--user", LEARNER)
                            .succeeded())
                    .contains(LEARNER);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "default_pool_size = 20, server_round_robin = 0",
        "default_pool_size = 20, server_round_robin = 1",
        "default_pool_size = 2, server_round_robin = 1",
        "default_pool_size = 1, server_round_robin = 0"
    })
    void refusesWhatNeedsASessionInOneSentence(String size, String order) throws Exception {
        try (Pgbouncer pooler = Pgbouncer.before(satchel.database(), folder, "transaction", size, order)) {
            for (String[] command : new String[][] {
                {"export", "run"}, {"export", "run", "--watch"}, {"cleanup"}, {"progress", "reconcile"}
            }) {
                isRefused(run(pooler.workerUrl(), command), pooler.workerUrl());
            }
            for (String[] command : new String[][] {{"migrate"}, {"migrate", "--dry-run"}, {"verify"}, {"rollback"}}) {
                isRefused(run(pooler.ownerUrl(), command), pooler.ownerUrl());
            }
            sessionsAreAsTheyWereIn(pooler, size);
        }
    }

    private static void isRefused(Result result, String url) {
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(result.err()).startsWith("satchel: " + url.replaceFirst(".*@", "") + REFUSAL);
        assertThat(result.out()).isEmpty();
        assertThat(result.exit()).isEqualTo(1);
    }

    private static void sessionsAreAsTheyWereIn(Pgbouncer pooler, String size) throws Exception {
        if (size.endsWith("20")) {
            sessionsAreAsTheyWere(pooler);
        }
    }

    @Test
    void refusesAPoolerThatGivesNoTransactions() throws Exception {
        try (Pgbouncer pooler = Pgbouncer.before(satchel.database(), folder, "statement")) {
            isRefused(run(pooler.workerUrl(), "export", "run"), pooler.workerUrl());
        }
    }

    @Test
    void deliversThroughAPoolerThatGivesSessions() throws Exception {
        try (Pgbouncer pooler = Pgbouncer.before(satchel.database(), folder, "session")) {
            satchel.satchel("export", "request", "--user", LEARNER, "--type", "all", "--format", "json")
                    .succeeded();

            assertThat(run(pooler.workerUrl(), "export", "run").succeeded()).contains("failed 0");
            assertThat(run(pooler.ownerUrl(), "migrate").succeeded()).contains("nothing to do");
        }
    }

    private static Result run(String url, String... command) {
        Map<String, String> environment = satchel.environment();
        environment.put("DATABASE_URL", url);
        return Installation.satchel(environment, command);
    }
}
