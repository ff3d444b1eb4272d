package dev.satchel.batchexport.faults;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.database.DatabaseUrl;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.RunSettings;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.export.ExportHistory;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.session.OwnSessions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A database and a store with three exports to deliver, and what is there beside the worker under test: a second worker, a
 * clean-up, and time, which passes when it is told to.
 *
 * <p>One export is a single PUT, one takes several parts, one is a ZIP of all datasets.
 */
final class Scene implements AutoCloseable {

    /** Is in every record; no log may hold it. */
    static final String DATA = "palabra-de-prueba";

    private static final int LARGE_RECORDS = 12;

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final String ANOTHER = "another worker";

    private static final List<String> REQUESTS = List.of("profile', 'csv", "sessions', 'jsonl", "all', 'csv");

    private final SampleDatabase database = SampleDatabase.create();
    private final Stock stock;
    private final Connection owner;
    private final HikariDataSource pool;
    private final GatedDatabase open;
    private final Stock.Access store;
    private final ExportWorker worker;
    private final ExportCleanUp cleanUp;
    private final ExportHistory history;

    Scene(Stock stock) throws IOException, SQLException {
        this(stock, Weakness.NONE);
    }

    /** @param weakness what the second worker and the clean-up lack */
    Scene(Stock stock, Weakness weakness) throws IOException, SQLException {
        this.stock = stock;
        this.owner = database.superuserDataSource().getConnection();
        fill();
        open = GatedDatabase.before(workerUrl(), Gate.open(), (connection, sql) -> false, weakness::others);
        pool = new Database(DatabaseUrl.of(Map.of(DatabaseUrl.SETTING, open.url()))).pool(RunSettings.connections(1));
        OwnSessions sessions = new OwnSessions(pool);
        store = stock.open(Gate.open());
        worker = ExportWorker.builder(sessions, weakness.store(store.store()))
                .settings(settings())
                .concurrency(1)
                .name("the second one")
                .build();
        cleanUp = ExportCleanUp.builder(sessions, weakness.store(store.store()))
                .settings(settings())
                .build();
        history = new SatchelPostgres(sessions).exportHistory();
    }

    private void fill() throws SQLException {
        sql("""
            INSERT INTO public.users (id, email, full_name)
            SELECT ('00000000-0000-4000-8000-00000000000' || number)::uuid,
                   '%1$s-' || number || '@example.org', '%1$s'
              FROM generate_series(1, 3) AS number;
            INSERT INTO public.sessions (id, user_id, session_type, started_at, user_agent, created_at)
            SELECT ('00000000-0000-4000-8001-' || lpad(number::text, 12, '0'))::uuid,
                   ('00000000-0000-4000-8000-00000000000' || 2 + number %% 2)::uuid,
                   'qa', timestamptz '2026-01-01' + number * interval '1 day',
                   CASE number %% 2 WHEN 0 THEN repeat('%1$s ', %2$d) ELSE '%1$s' END,
                   timestamptz '2026-01-01'
              FROM generate_series(1, 2 * %3$d) AS number;
            """.formatted(DATA, stock.largest() / LARGE_RECORDS / (DATA.length() + 1), LARGE_RECORDS));
    }

    Stock stock() {
        return stock;
    }

    String workerUrl() {
        return database.workerUrl();
    }

    /** What a log must not hold, and a failure's text neither. */
    List<String> secrets() {
        List<String> secrets = new ArrayList<>(List.of(database.workerPassword(), DATA));
        if (stock instanceof S3Stock s3) {
            secrets.add(s3.secretKey());
        }
        return secrets;
    }

    ExportSettings settings() {
        return new ExportSettings(Duration.ofDays(30), LEASE, 5, Duration.ZERO, stock.grace(), "", null);
    }

    /** Empties database and store, and asks for the three exports. */
    void reset() throws IOException, SQLException {
        stock.clear();
        sql("""
            SET session_replication_role = replica;
            DELETE FROM public.export_history;
            DELETE FROM satchel.export_lease;
            DELETE FROM satchel.export_queue;
            DELETE FROM satchel.export_requester;
            DELETE FROM satchel.upload_journal;
            DELETE FROM satchel.store_probe;
            DELETE FROM satchel.store;
            DELETE FROM satchel.batch_step_execution_context;
            DELETE FROM satchel.batch_step_execution;
            DELETE FROM satchel.batch_job_execution_context;
            DELETE FROM satchel.batch_job_execution_params;
            DELETE FROM satchel.batch_job_execution;
            DELETE FROM satchel.batch_job_instance;
            SET session_replication_role = origin;
            """);
        for (int number = 1; number <= REQUESTS.size(); number++) {
            sql("INSERT INTO public.export_history (id, user_id, export_type, export_format) VALUES ("
                    + "'00000000-0000-4000-9000-00000000000" + number + "', '00000000-0000-4000-8000-00000000000"
                    + number + "', '" + REQUESTS.get(number - 1) + "')");
        }
    }

    /** Lets so much time pass, for all that the database knows. */
    void pass(Duration time) throws SQLException {
        sql(older(time));
    }

    /** Lets so much time pass, during which every lease is extended by heartbeats. */
    void passWithHeartbeats(Duration time) throws SQLException {
        sql(older(time) + """
            UPDATE satchel.export_lease
               SET heartbeat_at = now(), expires_at = now() + interval '60 seconds'
             WHERE token IS NOT NULL;
            """);
    }

    // The triggers would note the time of this.
    private static String older(Duration time) {
        return """
            SET session_replication_role = replica;
            UPDATE public.export_history
               SET created_at = created_at - time, started_at = started_at - time, updated_at = updated_at - time,
                   completed_at = completed_at - time, expires_at = expires_at - time
              FROM (SELECT interval '%1$d seconds' AS time) AS passed;
            UPDATE satchel.export_lease
               SET heartbeat_at = heartbeat_at - time, expires_at = expires_at - time, run_after = run_after - time
              FROM (SELECT interval '%1$d seconds' AS time) AS passed;
            UPDATE satchel.upload_journal
               SET opened_at = opened_at - time, published_at = published_at - time,
                   unanswered_at = unanswered_at - time
              FROM (SELECT interval '%1$d seconds' AS time) AS passed;
            UPDATE satchel.store_probe SET begun_at = begun_at - interval '%1$d seconds';
            SET session_replication_role = origin;
            """.formatted(time.toSeconds());
    }

    /** Runs the second worker once. */
    void deliver() {
        worker.runPending();
    }

    /** Runs the second worker until nothing waits, for at most as many runs as an export has attempts. */
    void deliverAll() throws SQLException {
        for (int run = 0; run < 5 && isOneActive(); run++) {
            pass(Duration.ofMinutes(20));
            deliver();
        }
    }

    private boolean isOneActive() throws SQLException {
        return !rows("SELECT id FROM public.export_history WHERE status IN ('pending', 'processing')")
                .isEmpty();
    }

    /** Whether objects are on record that no export points to. */
    boolean hasLeftovers() throws SQLException {
        return !rows("SELECT url FROM satchel.upload_journal WHERE published_at IS NULL UNION SELECT url FROM"
                        + " satchel.store_probe")
                .isEmpty();
    }

    void cleanUp() {
        cleanUp.run();
    }

    /** A further worker, with leases of a year, takes every export that can be taken. */
    void claimAll() {
        history.reclaimExpired(5);
        while (history.claim(ANOTHER, Duration.ofDays(365)).isPresent()) {
            continue;
        }
    }

    /** That worker is dead, and its leases are over. */
    void endClaims() throws SQLException {
        sql("UPDATE satchel.export_lease SET expires_at = now() - interval '1 second' WHERE owner = '" + ANOTHER + "'");
    }

    void sql(String statements) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(statements);
        }
    }

    /** The rows that the query finds, each as its columns. */
    List<List<String>> rows(String query) throws SQLException {
        List<List<String>> found = new ArrayList<>();
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.add(String.valueOf(rows.getString(column)));
                }
                found.add(row);
            }
        }
        return found;
    }

    @Override
    public void close() throws IOException, SQLException {
        worker.close();
        cleanUp.close();
        store.close();
        pool.close();
        open.close();
        owner.close();
        database.close();
        stock.close();
    }
}
