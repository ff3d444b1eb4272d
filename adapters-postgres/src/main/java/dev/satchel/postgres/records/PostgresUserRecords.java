package dev.satchel.postgres.records;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.OwnedTable;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.RecordSink;
import dev.satchel.record.SnapshotTooOldException;
import dev.satchel.record.UserRecords;
import dev.satchel.record.filter.Period;
import dev.satchel.record.hash.RecordHash;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/**
 * Reads a user's records with {@code COPY … TO STDOUT (FORMAT binary)}, with the user's rights, in one snapshot.
 *
 * <p>Each reading is one transaction, {@code REPEATABLE READ READ ONLY}, in which the connection has the role {@code
 * authenticated} and the user's claims. These settings end with the transaction, so that the connection returns to its
 * pool unchanged. A failure of the database is thrown as a {@link DataAccessException} with PostgreSQL's SQLState. A
 * reading that takes longer than allowed ends with a {@link SnapshotTooOldException}, because an open snapshot keeps
 * vacuum from removing dead rows. The cause of a cancelled statement is decided by this object's clock, because the
 * server reports a cancel by an operator with the same SQLState.
 */
public final class PostgresUserRecords implements UserRecords {

    private static final String LIMIT_STATEMENT = "SELECT set_config('statement_timeout', ?, true)";

    /** A limit of the server is renewed once this part of the longest duration has passed since it was set. */
    private static final int RENEWALS_OF_THE_LIMIT = 100;

    private static final String CANCELED = "57014";

    private final DataSource dataSource;
    private final PostgresDatasets datasets;
    private final Duration maxSnapshotAge;
    private final Map<List<Dataset>, ReadingPlan> plans = new ConcurrentHashMap<>();
    private final SQLStateSQLExceptionTranslator translator = new SQLStateSQLExceptionTranslator();
    private volatile Observer observer = Observer.NONE;

    /** @param maxSnapshotAge the longest duration of a reading */
    public PostgresUserRecords(DataSource dataSource, PostgresDatasets datasets, Duration maxSnapshotAge) {
        if (maxSnapshotAge.isZero() || maxSnapshotAge.isNegative()) {
            throw new IllegalArgumentException("the age of a snapshot must be positive, was " + maxSnapshotAge);
        }
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.maxSnapshotAge = maxSnapshotAge;
    }

    /** Sets who is told when a dataset is read. */
    public void observe(Observer observer) {
        this.observer = observer;
    }

    @Override
    public Snapshot read(
            UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink, AbortSignal signal)
            throws IOException {
        long begin = System.nanoTime();
        try (Connection connection = dataSource.getConnection();
                Reading reading = new Reading(connection, this.datasets, maxSnapshotAge, observer, signal)) {
            return reading.read(user, plan(datasets), datasets, filters, sink);
        } catch (SQLException failed) {
            Duration taken = Duration.ofNanos(System.nanoTime() - begin);
            if (CANCELED.equals(failed.getSQLState()) && taken.compareTo(maxSnapshotAge) >= 0) {
                throw new SnapshotTooOldException(maxSnapshotAge, failed);
            }
            throw translated(failed);
        }
    }

    private ReadingPlan plan(List<Dataset> wanted) {
        return plans.computeIfAbsent(List.copyOf(wanted), together -> new ReadingPlan(datasets, together));
    }

    private DataAccessException translated(SQLException failed) {
        String task = "reading a user's records";
        DataAccessException known = translator.translate(task, null, failed);
        return known == null ? new UncategorizedSQLException(task, null, failed) : known;
    }

    /** One reading in one transaction. Closing it rolls back, so that none of its settings stay on the connection. */
    private static final class Reading implements AutoCloseable {

        private final Connection connection;
        private final PostgresDatasets known;
        private final boolean autoCommit;
        private final Duration maxAge;
        private final Observer observer;
        private final AbortSignal signal;
        private final AbortSignal.Registration abortable;
        private final long startedAt = System.nanoTime();
        private long limitedAt = startedAt;

        Reading(Connection connection, PostgresDatasets known, Duration maxAge, Observer observer, AbortSignal signal)
                throws SQLException {
            this.connection = connection;
            this.known = known;
            this.maxAge = maxAge;
            this.observer = observer;
            this.signal = signal;
            this.autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            this.abortable = signal.register(new StatementAbort(connection));
        }

        Snapshot read(UserId user, ReadingPlan plan, List<Dataset> datasets, ExportFilters filters, RecordSink sink)
                throws SQLException, IOException {
            try {
                return readAll(user, plan, datasets, filters, sink);
            } catch (Error noMemory) {
                giveUp();
                throw noMemory;
            }
        }

        // Where memory runs out within the driver, a COPY may still lock the connection, so that a rollback would wait
        // without end. Or the rest of an answer is left, which the next statement would take for its own.
        private void giveUp() throws SQLException {
            connection.abort(Runnable::run);
        }

        private Snapshot readAll(
                UserId user, ReadingPlan plan, List<Dataset> datasets, ExportFilters filters, RecordSink sink)
                throws SQLException, IOException {
            OpenSnapshot snapshot = OpenSnapshot.take(connection, user, plan, limit());
            LiveSchema live = snapshot.live();
            sink.begin(
                    snapshot.takenAt(),
                    filters.days().flatMap(Period::statedZone).orElse(snapshot.zone()));
            Map<Dataset, Long> counts = new LinkedHashMap<>();
            List<Dataset> absent = new ArrayList<>();
            List<HiddenRecords> hidden = new ArrayList<>();
            Map<Dataset, String> hashes = new LinkedHashMap<>();
            for (Dataset dataset : datasets) {
                DatasetQuery query = known.of(dataset);
                if (!dataset.isIn(filters.profile())) {
                    continue;
                }
                if (query.isIn(live, filters)) {
                    List<Column> columns = query.columnsIn(live, filters);
                    long records;
                    Observed observed = observer.begins(dataset);
                    try {
                        sink.beginDataset(dataset, columns);
                        records = copy(query.copy(live, user, filters), columns, sink);
                        counts.put(dataset, records);
                        sink.endDataset();
                        if (sink.needsHashes()) {
                            hashes.put(
                                    dataset,
                                    hash(query.hash(live, user, filters), dataset, records)
                                            .toString());
                        }
                    } finally {
                        observed.ended();
                    }
                    for (OwnedTable table : query.owned()) {
                        OpenSnapshot.Owned rows = snapshot.owned().get(table);
                        if (rows != null) {
                            long shown = query.countsRowsOf(table, filters) ? records : countShown(table, rows);
                            if (shown < rows.records()) {
                                hidden.add(new HiddenRecords(
                                        dataset, table.table().toString(), rows.records() - shown, rows.records(), ""));
                            }
                        }
                    }
                } else {
                    absent.add(dataset);
                }
            }
            return new Snapshot(snapshot.takenAt(), counts, absent, snapshot.schemaVersion(), hidden, hashes);
        }

        // The condition comes from the same function as the other count, so that both count the same rows.
        private long countShown(OwnedTable table, OpenSnapshot.Owned rows) throws SQLException {
            limitNextStatement();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*) FROM "
                            + table.table().quoted() + " AS record WHERE " + rows.condition())) {
                row.next();
                return row.getLong(1);
            }
        }

        // By PostgreSQL, in the same snapshot, so that it vouches for what was read and written after it.
        private RecordHash hash(String sql, Dataset dataset, long records) throws SQLException {
            limitNextStatement();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                if (row.getLong(1) != records) {
                    throw new IllegalStateException("PostgreSQL counts " + row.getLong(1) + " records in "
                            + dataset.name() + ", of which " + records + " were read in the same snapshot");
                }
                return records == 0 ? RecordHash.NONE : new RecordHash(lowBits(row, 2), lowBits(row, 3));
            }
        }

        private static long lowBits(ResultSet row, int column) throws SQLException {
            return row.getBigDecimal(column).toBigIntegerExact().longValue();
        }

        private long copy(String sql, List<Column> columns, RecordSink sink) throws SQLException, IOException {
            limitNextStatement();
            BinaryCopyDecoder decoder = new BinaryCopyDecoder(columns, sink);
            try (RunningCopy copy = new RunningCopy(connection, sql)) {
                while (pass(copy, decoder)) {
                    // Checks the time limit and the signal, because a timeout or a cancel of the server does not apply
                    // while it waits for a slow sink.
                    remaining();
                }
            }
            return decoder.finish();
        }

        // A separate method, so that the previous message, which may be large, can be collected while the next one is
        // read.
        private static boolean pass(RunningCopy copy, BinaryCopyDecoder decoder) throws SQLException, IOException {
            byte @Nullable [] message = copy.next();
            if (message == null) {
                return false;
            }
            decoder.accept(message);
            return true;
        }

        // The limit set before will do as long as it is hardly longer than a new one would be.
        private void limitNextStatement() throws SQLException {
            long now = System.nanoTime();
            if (now - limitedAt <= maxAge.toNanos() / RENEWALS_OF_THE_LIMIT) {
                remaining();
                return;
            }
            limitedAt = now;
            try (PreparedStatement statement = connection.prepareStatement(LIMIT_STATEMENT)) {
                statement.setString(1, Long.toString(limit().toMillis()));
                statement.execute();
            }
        }

        private Duration limit() {
            return Duration.ofMillis(Math.min(Math.max(remaining().toMillis(), 1), Integer.MAX_VALUE));
        }

        // Asked before each statement and after each message.
        private Duration remaining() {
            if (signal.isAborted()) {
                throw new CancellationException("the reading was aborted");
            }
            Duration remaining = maxAge.minusNanos(System.nanoTime() - startedAt);
            if (remaining.isNegative()) {
                throw new SnapshotTooOldException(maxAge);
            }
            return remaining;
        }

        @Override
        public void close() throws SQLException {
            abortable.close();
            try {
                connection.rollback();
            } catch (Error noMemory) {
                giveUp();
                throw noMemory;
            }
            connection.setAutoCommit(autoCommit);
        }
    }
}
