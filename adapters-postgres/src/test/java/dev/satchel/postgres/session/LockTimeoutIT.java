package dev.satchel.postgres.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordingSink;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** On a data source of a service, which as a rule waits for locks without end, Satchel's statements do not. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LockTimeoutIT {

    private static final UserId USER = new UserId(UUID.randomUUID());

    @TempDir
    static Path folder;

    @AutoClose
    private static final SampleDatabase database = SampleDatabase.create();

    @Test
    void noPortWaitsForALockThatIsNeverReleased() throws Exception {
        SatchelPostgres satchel = new SatchelPostgres(database.workerDataSource());
        FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(folder.resolve("kek.json"));
        Map<String, Callable<?>> calls = new LinkedHashMap<>();
        calls.put("request", () -> satchel.exportHistory().request(request()));
        calls.put(
                "requestForAllUsers",
                () -> satchel.exportHistory()
                        .requestForAllUsers(LearningTypes.ALL, ExportFormat.CSV, ExportFilters.NONE));
        calls.put("requestAgain", () -> satchel.exportHistory().requestAgain(Failure.Code.STORE_MISSING));
        calls.put("claim", () -> satchel.exportHistory().claim("worker", Duration.ofMinutes(1)));
        calls.put("backlog", () -> satchel.exportHistory().backlog(Duration.ofMinutes(1)));
        calls.put("reclaim", () -> satchel.exportHistory().reclaimExpired(5));
        calls.put("find", () -> satchel.exportCatalog().find(UUID.randomUUID()));
        calls.put("newest", () -> satchel.exportCatalog().newest(null, null, 5));
        calls.put("downloadable", () -> satchel.exportCatalog().downloadable(UUID.randomUUID()));
        calls.put("leftovers", () -> satchel.uploadJournal().leftovers(Exports.ROOT, Duration.ofDays(1), 5));
        calls.put("elsewhere", () -> satchel.uploadJournal().elsewhere(Exports.ROOT, Duration.ofDays(1)));
        calls.put("published", () -> satchel.uploadJournal().published(Exports.ROOT, 5));
        calls.put("unreadable", () -> satchel.uploadJournal().unreadable(5));
        calls.put("knownStores", () -> satchel.knownStores().all());
        calls.put(
                "read",
                () -> satchel.userRecords()
                        .read(
                                USER,
                                List.of(LearningDatasets.SESSIONS),
                                ExportFilters.NONE,
                                new RecordingSink(),
                                new AbortSignal()));
        calls.put("progress", () -> satchel.learnerProgress().find(USER));
        calls.put("activity", () -> satchel.learnerProgress().activity(USER, Instant.EPOCH));
        calls.put("streak", () -> satchel.learnerProgress().streak(USER, Instant.EPOCH));
        calls.put("endBrokenStreaks", () -> satchel.progressUpkeep().endBrokenStreaks());
        calls.put("forgetDeparted", () -> satchel.progressUpkeep().forgetDeparted());
        calls.put("reconcile", () -> satchel.progressUpkeep().reconcile(true, drift -> {}));
        calls.put("statuses", () -> satchel.keyVault(keys).statuses(USER));
        UserKeys vault = new UserKeys(satchel.keyVault(keys));
        calls.put("set", () -> {
            vault.set(USER, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "locked")));
            return null;
        });
        calls.put("use", () -> vault.use(USER, Provider.OPENAI, new Purpose("describe image"), ApiKeys::read));
        calls.put("remove", () -> vault.remove(USER, Provider.OPENAI));
        calls.put(
                "claimForCheck",
                () -> satchel.keyVault(keys)
                        .claimForCheck(Set.of(Provider.OPENAI), Duration.ofDays(1), Duration.ZERO, 5));
        calls.put("countByKeyEncryptionKey", () -> satchel.dataKeys(keys).countByKeyEncryptionKey());
        calls.put("rewrapNext", () -> satchel.dataKeys(keys).rewrapNext(5));
        calls.put("audit", () -> satchel.keyAudit().newest(USER, 5));
        Map<String, String> ends = new LinkedHashMap<>();
        ExecutorService service = Executors.newFixedThreadPool(calls.size());
        try (Connection forgotten = lockEverything()) {
            Map<String, Future<String>> running = new LinkedHashMap<>();
            calls.forEach((name, call) -> running.put(name, service.submit(() -> end(call))));
            for (Map.Entry<String, Future<String>> call : running.entrySet()) {
                ends.put(call.getKey(), call.getValue().get());
            }
            forgotten.rollback();
        } finally {
            service.shutdownNow();
        }

        assertThat(ends).allSatisfy((call, end) -> assertThat(end).isEqualTo("55P03"));
    }

    @Test
    void aShorterLimitOfTheServiceStays() throws Exception {
        try (Connection forgotten = lockEverything();
                Connection connection = database.workerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET lock_timeout = '200ms'");
            SingleConnectionDataSource session = new SingleConnectionDataSource(connection, true);

            assertThatThrownBy(
                            () -> new SatchelPostgres(session).exportHistory().request(request()))
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("55P03"));
            assertThat(limit(StatementSettings.client(session))).isEqualTo("200ms");
            assertThat(limit(JdbcClient.create(session))).isEqualTo("200ms");
            forgotten.rollback();
        }
    }

    private static String limit(JdbcClient client) {
        return client.sql("SHOW lock_timeout").query(String.class).single();
    }

    private static String end(Callable<?> call) {
        try {
            return "returned " + call.call();
        } catch (Exception ended) {
            return sqlState(ended);
        }
    }

    private static String sqlState(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure) {
                return failure.getSQLState();
            }
        }
        return thrown.toString();
    }

    private static ExportRequest request() {
        return new ExportRequest(USER, LearningTypes.ALL, ExportFormat.JSON, ExportFilters.NONE);
    }

    private static Connection lockEverything() throws SQLException {
        Connection connection = database.superuserDataSource().getConnection();
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
}
