package dev.satchel.batchexport.faults;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.database.DatabaseUrl;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.RunSettings;
import dev.satchel.batchexport.run.RunSummary;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.postgres.session.OwnSessions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A worker as {@code satchel export run} makes it, in threads that stand for a process: whatever it sends to the database and
 * to the store passes one gate, so to others it is gone once the gate says that it is dead. It delivers one export at a time,
 * and what is due later it leaves to a later run.
 */
final class WorkerProcess implements AutoCloseable {

    private static final String RECLAIM = "lost AS MATERIALIZED";
    private static final String QUEUE_THE_REST = "satchel.queue_the_rest()";
    private static final String LOST = "WITH ORDINALITY AS held";

    /** Two look for a pooler, one works. */
    private static final int CONNECTIONS = 3;

    /** What a connection begins with. */
    private static final List<String> BEGINNINGS = List.of("SET application_name", "pg_postmaster_start_time()");

    private final Scene scene;
    private final GatedDatabase database;
    private final Stock.Access store;
    private final StopSignal stop = new StopSignal();
    private final Thread main = new Thread(this::run, "worker-process");
    private @Nullable RunSummary summary;
    private @Nullable Throwable failure;

    /** @param change what its statements are changed to, to switch a defence off */
    WorkerProcess(Scene scene, Gate gate, UnaryOperator<String> change) throws IOException {
        this.scene = scene;
        this.database = GatedDatabase.before(scene.workerUrl(), gate, new Timers(), change);
        this.store = scene.stock().open(gate);
        main.setDaemon(true);
        main.start();
    }

    /**
     * Expired leases are looked for when a run begins, which is a point of it, and then once a second, which is none. What
     * has taken an export away is looked for twice a second, perhaps over a connection of its own.
     */
    private static final class Timers implements GatedDatabase.Clockwork {

        private boolean looked;
        private boolean looking;

        @Override
        public synchronized boolean triggers(int connection, String sql) {
            if (sql.contains(RECLAIM)) {
                looking = looked;
                looked = true;
                return looking;
            }
            if (sql.contains(QUEUE_THE_REST)) {
                // What others ask in between makes no difference.
                boolean belongs = looking;
                looking = false;
                return belongs;
            }
            boolean begins = connection > CONNECTIONS && BEGINNINGS.stream().anyMatch(sql::contains);
            return begins || sql.contains(LOST);
        }
    }

    private void run() {
        DatabaseUrl url = DatabaseUrl.of(Map.of(DatabaseUrl.SETTING, database.url()));
        try (HikariDataSource pool = new Database(url).pool(RunSettings.connections(1));
                ExportWorker worker = ExportWorker.builder(new OwnSessions(pool), store.store())
                        .settings(scene.settings())
                        .concurrency(1)
                        .name("the one under test")
                        .stopSignal(stop)
                        .build()) {
            worker.checkStore();
            summary = worker.runPending();
        } catch (Throwable ended) {
            failure = ended;
        }
    }

    boolean hasEnded() {
        return !main.isAlive();
    }

    /** Tells it to end, as SIGTERM does; there is no grace. */
    void stop() {
        stop.stop(Duration.ZERO);
    }

    /** Waits until the process has ended by itself. */
    void awaitEnd() throws InterruptedException {
        main.join(TimeUnit.SECONDS.toMillis(60));
        if (main.isAlive()) {
            StringBuilder where = new StringBuilder();
            Thread.getAllStackTraces().forEach((thread, frames) -> {
                if (thread.getName().startsWith("export-") || thread == main) {
                    where.append(thread.getName()).append('\n');
                    for (StackTraceElement frame : frames) {
                        where.append("    ").append(frame).append('\n');
                    }
                }
            });
            throw new AssertionError("the worker did not end within a minute\n" + where);
        }
    }

    /** What it said at its end; empty if it ended with an exception, or has not ended. */
    Optional<RunSummary> summary() {
        return hasEnded() ? Optional.ofNullable(summary) : Optional.empty();
    }

    /** The exception that it ended with. */
    Optional<Throwable> failure() {
        return hasEnded() ? Optional.ofNullable(failure) : Optional.empty();
    }

    /** Ends what is left of it, in its own time. */
    @Override
    public void close() throws IOException {
        main.interrupt();
        database.close();
        store.close();
    }
}
