package dev.satchel.postgres.export;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.HistoryUnderTest;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.UploadJournal;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Puts the history in a real PostgreSQL under the contracts: the ports as the worker, the world as the owner. */
final class PostgresHistoryUnderTest implements HistoryUnderTest, AutoCloseable {

    // The clock of the server cannot be moved, so everything it is compared with is. The trigger would undo that.
    private static final String LET_PASS = """
            BEGIN;
            ALTER TABLE public.export_history DISABLE TRIGGER trigger_export_history_updated_at;
            UPDATE public.export_history
               SET created_at = created_at - interval '%1$s milliseconds',
                   updated_at = updated_at - interval '%1$s milliseconds',
                   started_at = started_at - interval '%1$s milliseconds',
                   completed_at = completed_at - interval '%1$s milliseconds',
                   expires_at = expires_at - interval '%1$s milliseconds';
            ALTER TABLE public.export_history ENABLE TRIGGER trigger_export_history_updated_at;
            UPDATE satchel.export_lease
               SET heartbeat_at = heartbeat_at - interval '%1$s milliseconds',
                   expires_at = expires_at - interval '%1$s milliseconds',
                   run_after = run_after - interval '%1$s milliseconds';
            UPDATE satchel.upload_journal
               SET opened_at = opened_at - interval '%1$s milliseconds',
                   published_at = published_at - interval '%1$s milliseconds',
                   unanswered_at = unanswered_at - interval '%1$s milliseconds';
            UPDATE satchel.store_probe
               SET begun_at = begun_at - interval '%1$s milliseconds';
            COMMIT;
            """;

    private final SampleDatabase database = SampleDatabase.create();
    // A new connection for each of many thousand statements would take minutes.
    private final HikariDataSource workerPool = pool(database.workerDataSource());
    private final HikariDataSource ownerPool = pool(database.ownerDataSource());
    private final SatchelPostgres satchel = new SatchelPostgres(workerPool);
    private final JdbcClient owner = JdbcClient.create(ownerPool);

    private static HikariDataSource pool(DataSource dataSource) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(20);
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }

    PostgresHistoryUnderTest emptied() {
        owner.sql("DELETE FROM public.users").update();
        owner.sql("DELETE FROM satchel.upload_journal").update();
        owner.sql("DELETE FROM satchel.store").update();
        owner.sql("DELETE FROM satchel.store_probe").update();
        return this;
    }

    SampleDatabase database() {
        return database;
    }

    JdbcClient owner() {
        return owner;
    }

    @Override
    public ExportHistory history() {
        return satchel.exportHistory();
    }

    @Override
    public ExportCatalog catalog() {
        return satchel.exportCatalog();
    }

    @Override
    public UploadJournal journal() {
        return satchel.uploadJournal();
    }

    @Override
    public KnownStores stores() {
        return satchel.knownStores();
    }

    @Override
    public ProbeRecords probes() {
        return satchel.probeRecords();
    }

    @Override
    public UserId addUser() {
        UUID id = UUID.randomUUID();
        owner.sql("INSERT INTO public.users (id, email) VALUES (:id, :id::text || '@example.org')")
                .param("id", id)
                .update();
        return new UserId(id);
    }

    @Override
    public void letPass(Duration time) {
        owner.sql(LET_PASS.formatted(time.toMillis())).update();
    }

    @Override
    public void deleteExport(UUID id) {
        owner.sql("DELETE FROM public.export_history WHERE id = :id")
                .param("id", id)
                .update();
    }

    @Override
    public void deleteUser(UserId user) {
        owner.sql("DELETE FROM public.users WHERE id = :id")
                .param("id", user.value())
                .update();
    }

    @Override
    public void close() {
        workerPool.close();
        ownerPool.close();
        database.close();
    }
}
