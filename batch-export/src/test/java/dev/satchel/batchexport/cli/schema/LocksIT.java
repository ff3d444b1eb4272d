package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lock that somebody holds and forgets ends no export and hangs no command. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocksIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    private static Map<String, String> environment;

    @BeforeAll
    static void install() {
        satchel = Installation.withLearnersIn(folder.resolve("s3"));
        environment = satchel.environment();
        environment.put("SATCHEL_KEK", "file:" + folder.resolve("kek.json"));
        satchel("keys", "init").succeeded();
        satchel("keys", "set", "--user", LEARNER, "--provider", "openai").succeeded();
    }

    @Test
    void hangsNoCommand() throws Exception {
        String export = satchel("export", "request", "--user", LEARNER, "--type", "profile", "--format", "csv")
                .succeeded();
        List<List<String>> commands = List.of(
                List.of("export", "request", "--user", LEARNER, "--type", "all", "--format", "csv"),
                List.of("export", "request", "--all-users", "--type", "all", "--format", "csv"),
                List.of("export", "list"),
                List.of("export", "show", export),
                List.of("export", "link", export),
                List.of("export", "run"),
                List.of("export", "retry", "--failed", "--code", "store_missing"),
                List.of("store", "list"),
                List.of("store", "init"),
                List.of("cleanup"),
                List.of("keys", "set", "--user", LEARNER, "--provider", "openai"),
                List.of("keys", "list", "--user", LEARNER),
                List.of("keys", "remove", "--user", LEARNER, "--provider", "openai"),
                List.of("keys", "validate", "--due"),
                List.of("keys", "validate", "--user", LEARNER),
                List.of("keys", "rotate"),
                List.of("progress", "show", "--user", LEARNER),
                List.of("progress", "reconcile"),
                List.of("verify"));
        Map<List<String>, Result> results = new LinkedHashMap<>();
        // Each waits for a lock until it gives up, and nothing else: all at once.
        ExecutorService operators = Executors.newFixedThreadPool(commands.size());
        try (Connection forgotten = lockEverything()) {
            Map<List<String>, Future<Result>> running = new LinkedHashMap<>();
            for (List<String> command : commands) {
                running.put(command, operators.submit(() -> satchel(command.toArray(String[]::new))));
            }
            for (Map.Entry<List<String>, Future<Result>> command : running.entrySet()) {
                results.put(command.getKey(), command.getValue().get());
            }
            forgotten.rollback();
        } finally {
            operators.shutdownNow();
        }

        assertThat(results).allSatisfy((command, result) -> {
            assertThat(result.err()).contains("satchel: other transactions kept something locked");
            assertThat(result.exit()).isEqualTo(1);
        });
        assertThat(satchel.value(
                        "SELECT string_agg(status, ' ') FROM public.export_history WHERE id = '" + export + "'"))
                .isEqualTo("pending");
        assertThat(satchel("export", "run").succeeded()).startsWith("delivered 1 ");
    }

    @Test
    void endsNoExport() throws Exception {
        String export = satchel("export", "request", "--user", LEARNER, "--type", "sessions", "--format", "csv")
                .succeeded();
        try (Connection forgotten = satchel.database().superuserDataSource().getConnection();
                Statement statement = forgotten.createStatement()) {
            forgotten.setAutoCommit(false);
            statement.execute("LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE");

            Result run = satchel("export", "run");

            assertThat(run.out()).contains("delivered 0 ", "failed 0", "left 1 pending with database_locked");
            assertThat(run.exit()).isEqualTo(1);
            forgotten.rollback();
        }
        assertThat(satchel("export", "run").succeeded()).startsWith("delivered 1 ");
        assertThat(satchel("export", "show", export).succeeded()).contains("completed");
    }

    private static Connection lockEverything() throws SQLException {
        Connection connection = satchel.database().superuserDataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                DO $block$
                DECLARE
                    each regclass;
                BEGIN
                    FOR each IN SELECT oid FROM pg_class
                                 WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'satchel') LOOP
                        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', each);
                    END LOOP;
                END
                $block$
                """);
        }
        return connection;
    }

    private static Result satchel(String... arguments) {
        Map<String, String> settings = new TreeMap<>(environment);
        if (arguments[0].equals("verify")) {
            settings.put("DATABASE_URL", satchel.database().ownerUrl());
        }
        return Installation.satchel(
                settings,
                new ByteArrayInputStream("sk-proj-lockslocks0123456789\n".getBytes(StandardCharsets.UTF_8)),
                arguments);
    }
}
