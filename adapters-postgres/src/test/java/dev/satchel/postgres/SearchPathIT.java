package dev.satchel.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Exports;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.migrations.Shadows;
import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordingSink;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** A service whose {@code search_path} leads to operators of others is neither harmed by them nor changed. */
class SearchPathIT {

    @TempDir
    static Path folder;

    @AutoClose
    private static SampleDatabase database;

    private static UUID user;

    @BeforeAll
    static void shadowPublic() throws SQLException {
        database = SampleDatabase.create();
        user = UUID.randomUUID();
        JdbcClient.create(database.ownerDataSource())
                .sql("INSERT INTO public.users (id, email) VALUES (?, 'somebody@example.org')")
                .param(user)
                .update();
        Shadows.fill("public", database.superuserDataSource());
    }

    @Test
    void theShadowsAreFoundWithoutIt() {
        assertThatThrownBy(() -> JdbcClient.create(database.workerDataSource())
                        .sql("SELECT 'pending'::pg_catalog.varchar = 'pending'::pg_catalog.text")
                        .query(Boolean.class)
                        .single())
                .hasMessageContaining(Shadows.MESSAGE);
    }

    @Test
    void noStatementOfAPortFindsThem() throws SQLException, IOException {
        int before = Shadows.calls("public", database.superuserDataSource());
        SatchelPostgres satchel = new SatchelPostgres(database.workerDataSource());

        UUID id = satchel.exportHistory().request(request()).id();
        satchel.exportHistory().claim("worker", Duration.ofMinutes(2));
        satchel.exportHistory().backlog(Duration.ofMinutes(1));
        satchel.exportHistory().reclaimExpired(5);
        satchel.exportCatalog().find(id);
        satchel.exportCatalog().newest(new UserId(user), null, 5);
        satchel.exportCatalog().downloadable(id);
        satchel.uploadJournal().leftovers(Exports.ROOT, Duration.ZERO, 5);
        satchel.uploadJournal().elsewhere(Exports.ROOT, Duration.ZERO);
        satchel.uploadJournal().published(Exports.ROOT, 5);
        satchel.uploadJournal().unreadable(5);
        satchel.knownStores().all();
        satchel.userRecords()
                .read(
                        new UserId(user),
                        LearningDatasets.ALL,
                        ExportFilters.NONE,
                        new RecordingSink(),
                        new AbortSignal());
        useKeys(satchel);
        satchel.learnerProgress().find(new UserId(user));
        satchel.learnerProgress().streak(new UserId(user), Instant.EPOCH);
        satchel.progressUpkeep().endBrokenStreaks();
        satchel.progressUpkeep().reconcile(true, drift -> {});
        satchel.exportGaps();

        assertThat(Shadows.calls("public", database.superuserDataSource())).isEqualTo(before);
    }

    private static void useKeys(SatchelPostgres satchel) {
        FileKeyEncryptionKeys keyEncryptionKeys = FileKeyEncryptionKeys.create(folder.resolve("kek.json"));
        UserKeys keys = new UserKeys(satchel.keyVault(keyEncryptionKeys));
        keys.set(new UserId(user), Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "shadowed")));
        assertThat(keys.use(new UserId(user), Provider.OPENAI, new Purpose("describe image"), ApiKeys::read))
                .isPresent();
        satchel.keyVault(keyEncryptionKeys).statuses(new UserId(user));
        satchel.keyVault(keyEncryptionKeys)
                .claimForCheck(Set.of(Provider.OPENAI), Duration.ofDays(1), Duration.ZERO, 5);
        keyEncryptionKeys.addPrimary();
        satchel.dataKeys(keyEncryptionKeys).rewrapNext(5);
        satchel.dataKeys(keyEncryptionKeys).countByKeyEncryptionKey();
        satchel.keyAudit().newest(new UserId(user), 5);
        keys.remove(new UserId(user), Provider.OPENAI);
    }

    @Test
    void aSessionKeepsItsPath() throws SQLException {
        try (Connection connection = database.workerDataSource().getConnection()) {
            SingleConnectionDataSource session = new SingleConnectionDataSource(connection, true);

            new SatchelPostgres(session).exportHistory().request(request());

            assertThat(path(session)).isEqualTo("\"$user\", public");
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void aTransactionOfTheServiceKeepsItsPathAndWhatItWrites() throws SQLException {
        try (Connection connection = database.workerDataSource().getConnection()) {
            SingleConnectionDataSource session = new SingleConnectionDataSource(connection, true);
            TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(session));
            SatchelPostgres satchel = new SatchelPostgres(session);

            UUID id = transaction.execute(status -> {
                JdbcClient.create(session)
                        .sql("SET LOCAL search_path = public, satchel")
                        .update();
                UUID requested = satchel.exportHistory()
                        .request(new ExportRequest(
                                new UserId(user), LearningTypes.ALL, ExportFormat.CSV, ExportFilters.NONE))
                        .id();
                assertThat(path(session)).isEqualTo("public, satchel");
                status.setRollbackOnly();
                return requested;
            });

            assertThat(path(session)).isEqualTo("\"$user\", public");
            assertThat(satchel.exportCatalog().find(id)).isEmpty();
        }
    }

    @Test
    void transactionsOfItsOwnHaveThePathAndTheLimitForLocks() {
        DataSource service = database.workerDataSource();
        JdbcClient statements = StatementSettings.client(service);

        List<String> settings = StatementSettings.ownTransactions(service)
                .execute(status -> Stream.of("search_path", "lock_timeout")
                        .map(name -> statements
                                .sql("SHOW " + name)
                                .query(String.class)
                                .single())
                        .toList());

        assertThat(settings).containsExactly("pg_catalog, pg_temp", "10s");
    }

    @Test
    void aFailureLeavesNothingOpen() throws SQLException {
        try (Connection connection = database.workerDataSource().getConnection()) {
            SingleConnectionDataSource session = new SingleConnectionDataSource(connection, true);

            assertThatThrownBy(() -> StatementSettings.client(session)
                            .sql("SELECT 1 / 0")
                            .query(Integer.class)
                            .single())
                    .isInstanceOf(DataAccessException.class)
                    .hasMessageContaining("division by zero");

            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(path(session)).isEqualTo("\"$user\", public");
        }
    }

    private static ExportRequest request() {
        return new ExportRequest(new UserId(user), LearningTypes.ALL, ExportFormat.JSON, ExportFilters.NONE);
    }

    private static String path(SingleConnectionDataSource session) {
        return JdbcClient.create(session)
                .sql("SHOW search_path")
                .query(String.class)
                .single();
    }
}
