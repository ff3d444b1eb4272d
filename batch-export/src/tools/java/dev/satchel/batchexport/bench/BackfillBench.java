package dev.satchel.batchexport.bench;

import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Records the sessions from before the migration, in batches, each its own transaction. */
final class BackfillBench {

    /** Users per batch. */
    static final int BATCH = 500;

    private static final UUID BEFORE_ALL = new UUID(0, 0);

    private final SampleDatabase database;
    private final Console console;
    private final CountDownLatch sessionsEnd = new CountDownLatch(1);
    private volatile boolean done;

    BackfillBench(SampleDatabase database, Console console) {
        this.database = database;
        this.console = console;
    }

    /** Runs every batch on a connection that commits by itself, and returns how many there were. */
    static int all(Connection owner) throws SQLException {
        return all(owner, batches -> {});
    }

    private static int all(Connection owner, IntConsumer afterBatch) throws SQLException {
        try (PreparedStatement statement = owner.prepareStatement("SELECT satchel.backfill_progress(?, ?)")) {
            int batches = 0;
            UUID last = BEFORE_ALL;
            while (true) {
                statement.setObject(1, last);
                statement.setInt(2, BATCH);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    last = row.getObject(1, UUID.class);
                }
                if (last == null) {
                    return batches;
                }
                afterBatch.accept(++batches);
            }
        }
    }

    /** Runs every batch while another connection ends one session after the other, as fast as it can. */
    UnderLoad whileSessionsEnd() throws SQLException, InterruptedException, ExecutionException {
        ExecutorService application = Executors.newSingleThreadExecutor();
        try (Connection owner = database.ownerDataSource().getConnection()) {
            Future<Ended> ended = application.submit(this::endSessions);
            sessionsEnd.await();
            long started = System.nanoTime();
            int batches;
            try {
                batches = all(owner, this::report);
            } finally {
                done = true;
            }
            long nanos = System.nanoTime() - started;
            return new UnderLoad(nanos, batches, ended.get().sessions, ended.get().slowestNanos);
        } finally {
            application.shutdown();
        }
    }

    // Begins again when all have ended, which corrects what was recorded.
    private Ended endSessions() throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                PreparedStatement end = Ending.prepare(connection)) {
            List<UUID> open = Learners.open(connection);
            int sessions = 0;
            long slowest = 0;
            while (!done) {
                long started = System.nanoTime();
                Ending.one(end, open.get(sessions % open.size()), sessions);
                slowest = Math.max(slowest, System.nanoTime() - started);
                sessions++;
                sessionsEnd.countDown();
            }
            return new Ended(sessions, slowest);
        } finally {
            // A thread that waits for the first must not wait for ever when it fails.
            sessionsEnd.countDown();
        }
    }

    private void report(int batches) {
        if (batches % 20 == 0) {
            console.err().println(String.format(Locale.ROOT, "%,d users are done or met", batches * BATCH));
        }
    }

    private record Ended(int sessions, long slowestNanos) {}

    /**
     * What was measured.
     *
     * @param ended how many sessions were ended meanwhile
     * @param slowestNanos how long ending one of them took at most
     */
    record UnderLoad(long nanos, int batches, int ended, long slowestNanos) {}
}
