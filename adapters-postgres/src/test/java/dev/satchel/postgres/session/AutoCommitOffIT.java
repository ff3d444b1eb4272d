package dev.satchel.postgres.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Exports;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningTypes;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A pool whose connections have autocommit off, as is usual advice for services with JPA. */
class AutoCommitOffIT {

    @AutoClose
    private final SampleDatabase database = SampleDatabase.create();

    private final HikariDataSource pool = new HikariDataSource();
    private final SatchelPostgres elsewhere = new SatchelPostgres(database.workerDataSource());
    private final UserId user = new UserId(UUID.randomUUID());

    @BeforeEach
    void openPool() {
        pool.setDataSource(database.workerDataSource());
        pool.setAutoCommit(false);
        pool.setMaximumPoolSize(1);
        JdbcClient.create(database.ownerDataSource())
                .sql("INSERT INTO users (id, email) VALUES (:id, 'a@example.org')")
                .param("id", user.value())
                .update();
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Test
    void commitsWhatIsWrittenOutsideOfATransaction() {
        SatchelPostgres satchel = new SatchelPostgres(pool);

        UUID id = satchel.exportHistory().request(request()).id();
        assertThat(status(id)).isEqualTo("pending");
        Export.Processing claimed =
                satchel.exportHistory().claim("worker", Duration.ofMinutes(1)).orElseThrow();
        assertThat(status(id)).isEqualTo("processing");
        satchel.exportHistory().complete(claimed, Exports.anyFileOf(claimed), Duration.ofDays(7));
        assertThat(status(id)).isEqualTo("completed");
    }

    @Test
    void commitsWhereATransactionIsOnlyAllowed() {
        TransactionTemplate allowed = new TransactionTemplate(new JdbcTransactionManager(pool));
        allowed.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);

        UUID id = allowed.execute(status ->
                new SatchelPostgres(pool).exportHistory().request(request()).id());

        assertThat(status(id)).isEqualTo("pending");
    }

    @Test
    void leavesATransactionToItsOwner() {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));

        UUID id = transaction.execute(status -> {
            UUID requested =
                    new SatchelPostgres(pool).exportHistory().request(request()).id();
            assertThat(elsewhere.exportCatalog().find(requested)).isEmpty();
            status.setRollbackOnly();
            return requested;
        });

        assertThat(elsewhere.exportCatalog().find(id)).isEmpty();
    }

    @Test
    void goesOnAfterAFailure() {
        JdbcClient statements = StatementSettings.client(pool);

        assertThatThrownBy(() ->
                        statements.sql("SELECT 1 / 0").query(Integer.class).single())
                .isInstanceOf(DataAccessException.class);

        assertThat(statements.sql("SELECT 1").query(Integer.class).single()).isOne();
    }

    private String status(UUID id) {
        return elsewhere.exportCatalog().find(id).orElseThrow().status();
    }

    private ExportRequest request() {
        return new ExportRequest(user, LearningTypes.ALL, ExportFormat.JSON, ExportFilters.NONE);
    }
}
