package dev.satchel.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.UserId;
import dev.satchel.export.ExportFilters;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.LearningTypes;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.migrations.Shadows;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** A service whose {@code search_path} leads to operators of others is neither harmed by them nor changed. */
class SearchPathIT {

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

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void theShadowsAreFoundWithoutIt() {
        assertThatThrownBy(() -> JdbcClient.create(database.workerDataSource())
                        .sql("SELECT count(*) FROM public.export_history WHERE status = ?")
                        .param("pending")
                        .query(Long.class)
                        .single())
                .hasMessageContaining(Shadows.MESSAGE);
    }

    @Test
    void noStatementOfAPortFindsThem() throws SQLException {
        int before = Shadows.calls("public", database.superuserDataSource());
        SatchelPostgres satchel = new SatchelPostgres(database.workerDataSource());

        UUID id = satchel.exportHistory().request(request()).id();
        satchel.exportCatalog().find(id);
        satchel.learnerProgress().find(new UserId(user));
        satchel.learnerProgress().streak(new UserId(user), Instant.EPOCH);
        satchel.progressUpkeep().endBrokenStreaks();
        satchel.progressUpkeep().reconcile(true, drift -> {});
        satchel.exportGaps();

        assertThat(Shadows.calls("public", database.superuserDataSource())).isEqualTo(before);
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
