package dev.satchel.postgres.records;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.partition.DivisibleRecords.Divided;
import dev.satchel.partition.DivisibleRecords.Division;
import dev.satchel.partition.RecordRange;
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
import dev.satchel.record.UserRecords.Observed;
import dev.satchel.record.UserRecords.Observer;
import dev.satchel.record.UserRecords.Snapshot;
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
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/**
 * One reading in one transaction. Closing it rolls back, so that none of its settings stay on the connection. Used by one
 * thread.
 */
final class Reading implements AutoCloseable {

    private static final String LIMIT_STATEMENT = "SELECT set_config('statement_timeout', ?, true)";

    /** A limit of the server is renewed once this part of the longest duration has passed since it was set. */
    private static final int RENEWALS_OF_THE_LIMIT = 100;

    private static final SQLStateSQLExceptionTranslator TRANSLATOR = new SQLStateSQLExceptionTranslator();

    private static final String NOT_UNDERSTOOD = "42";

    /** A missing right, a pooler, and a policy that reads its own table. */
    private static final Set<String> OF_OTHER_CAUSES = Set.of("42501", "42P05", "42P17");

    /** While others read, the connection with the snapshot is asked this often whether it is still there. */
    private static final long PING_INTERVAL = TimeUnit.SECONDS.toNanos(5);

    /** How many bytes of records are passed on before the time is looked at again; for each record it would take noticeable time. */
    private static final int BLOCK = 64 * 1024;

    /** Leaves every dataset whole. */
    static final Division WHOLE = new Division() {
        @Override
        public int ranges(Dataset dataset, long bytes) {
            return 1;
        }

        @Override
        public long write(Divided divided) {
            throw new IllegalStateException("no dataset is divided");
        }
    };

    private final Connection connection;
    private final PostgresDatasets known;
    private final boolean autoCommit;
    private final Duration maxAge;
    private final Observer observer;
    private final AbortSignal signal;
    private final AbortSignal.Registration abortable;
    private final long startedAt = System.nanoTime();
    private long limitedAt = startedAt;
    /** Whether the snapshot is taken, so that all further statements are made of the datasets. */
    private boolean isOpen;

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

    Snapshot read(
            UserId user,
            ReadingPlan plan,
            List<Dataset> datasets,
            ExportFilters filters,
            RecordSink sink,
            Division division)
            throws SQLException, IOException {
        OpenSnapshot snapshot = OpenSnapshot.take(connection, user, plan, limit());
        isOpen = true;
        LiveSchema live = snapshot.live();
        datasets.forEach(dataset -> known.of(dataset).requireTypes(live, filters));
        sink.begin(
                snapshot.takenAt(), filters.days().flatMap(Period::statedZone).orElse(snapshot.zone()));
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
                    List<RecordRange> ranges = ranges(query, live, user, filters, division);
                    records = ranges.isEmpty()
                            ? copy(query.copy(live, user, filters), columns, sink)
                            : division.write(
                                    new Divided(dataset, OpenSnapshot.export(connection), ranges, new Held(this)));
                    if (!ranges.isEmpty() && !isAll(records, query, filters, snapshot)) {
                        requireAll(records, query, live, user, filters);
                    }
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

    /** The ranges of a dataset that is to be divided; empty for one that stays whole. */
    private List<RecordRange> ranges(
            DatasetQuery query, LiveSchema live, UserId user, ExportFilters filters, Division division)
            throws SQLException {
        if (division == WHOLE || query.keys().isEmpty()) {
            return List.of();
        }
        limitNextStatement();
        KeyRanges keys = new KeyRanges(connection, query);
        KeyRanges.Estimate estimate = keys.estimate(live, user, filters);
        int wanted = division.ranges(query.dataset(), estimate.bytes());
        if (wanted < 2 || estimate.isForeign() || !keys.areComparable()) {
            return List.of();
        }
        List<RecordRange> ranges = keys.cut(live, user, filters, estimate, wanted);
        return ranges.size() < 2 ? List.of() : ranges;
    }

    private static boolean isAll(long records, DatasetQuery query, ExportFilters filters, OpenSnapshot snapshot) {
        return query.owned().stream().anyMatch(table -> {
            OpenSnapshot.Owned rows = snapshot.owned().get(table);
            return rows != null && rows.records() == records && query.countsRowsOf(table, filters);
        });
    }

    // Where the user does not see all rows, or a filter selects some. The parts were read by other statements, so that
    // lost and doubled records would not be noticed otherwise.
    private void requireAll(long records, DatasetQuery query, LiveSchema live, UserId user, ExportFilters filters)
            throws SQLException {
        limitNextStatement();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query.count(live, user, filters))) {
            row.next();
            requireCounted(row.getLong(1), query.dataset(), records);
        }
    }

    private static void requireCounted(long counted, Dataset dataset, long records) {
        if (counted != records) {
            throw new IllegalStateException("PostgreSQL counts " + counted + " records in " + dataset.name() + ", and "
                    + records + " were read in the same snapshot");
        }
    }

    long readRange(
            UserId user,
            ReadingPlan plan,
            Dataset dataset,
            ExportFilters filters,
            String snapshot,
            RecordRange range,
            RecordSink sink)
            throws SQLException, IOException {
        OpenSnapshot joined = OpenSnapshot.join(connection, user, plan, limit(), snapshot);
        isOpen = true;
        DatasetQuery query = known.of(dataset);
        query.requireTypes(joined.live(), filters);
        List<Column> columns = query.columnsIn(joined.live(), filters);
        Observed observed = observer.begins(dataset);
        try {
            sink.beginDataset(dataset, columns);
            String condition = new KeyRanges(connection, query).condition(range);
            long records = copy(query.copy(joined.live(), user, filters, condition), columns, sink);
            sink.endDataset();
            return records;
        } finally {
            observed.ended();
        }
    }

    // The condition comes from the same function as the other count, so that both count the same rows.
    private long countShown(OwnedTable table, OpenSnapshot.Owned rows) throws SQLException {
        limitNextStatement();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM " + table.table().quoted() + " AS record WHERE " + rows.condition())) {
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
            requireCounted(row.getLong(1), dataset, records);
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
            // A timeout or a cancel of the server does not apply while it waits for a slow sink.
            long unchecked = 0;
            for (int length = pass(copy, decoder); length >= 0; length = pass(copy, decoder)) {
                requireWanted();
                unchecked += length;
                if (unchecked >= BLOCK) {
                    unchecked = 0;
                    remaining();
                }
            }
            remaining();
        }
        return decoder.finish();
    }

    // A separate method, so that the previous message, which may be large, can be collected while the next one is
    // read. The length of the message, or -1 at the end.
    private static int pass(RunningCopy copy, BinaryCopyDecoder decoder) throws SQLException, IOException {
        byte @Nullable [] message = copy.next();
        if (message == null) {
            return -1;
        }
        decoder.accept(message);
        return message.length;
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

    private void requireWanted() {
        if (signal.isAborted()) {
            throw new CancellationException("the reading was aborted");
        }
    }

    // Asked before each statement, and after each block of records.
    private Duration remaining() {
        requireWanted();
        Duration remaining = maxAge.minusNanos(System.nanoTime() - startedAt);
        if (remaining.isNegative()) {
            throw new SnapshotTooOldException(maxAge);
        }
        return remaining;
    }

    // A server or a pooler may end a connection that is silent, and then the snapshot is lost.
    private void ping() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException lost) {
            throw translated(lost);
        }
    }

    // Where memory runs out within the driver, a COPY may still lock the connection, so that a rollback would wait
    // without
    // end. Or the rest of an answer is left, which the next statement would take for its own.
    void giveUp() throws SQLException {
        connection.abort(Runnable::run);
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

    /**
     * Whether the tables, or the policies of them, are not what the datasets say. The class 42 is that of statements that
     * cannot be understood.
     */
    boolean isOfTheDatasets(SQLException failed) {
        String state = String.valueOf(failed.getSQLState());
        String where = failed instanceof PSQLException refused && refused.getServerErrorMessage() != null
                ? String.valueOf(refused.getServerErrorMessage().getWhere())
                : "";
        return state.startsWith(NOT_UNDERSTOOD)
                && !OF_OTHER_CAUSES.contains(state)
                && (isOpen || where.contains("satchel.count_records("));
    }

    /** What it means to the caller that the database failed. */
    static DataAccessException translated(SQLException failed) {
        String task = "reading a user's records";
        DataAccessException known = TRANSLATOR.translate(task, null, failed);
        return known == null ? new UncategorizedSQLException(task, null, failed) : known;
    }

    /** Keeps the snapshot of a reading while others read in it. */
    private static final class Held implements Runnable {

        private final Reading reading;
        private long pingedAt = System.nanoTime();

        Held(Reading reading) {
            this.reading = reading;
        }

        @Override
        public void run() {
            reading.remaining();
            long now = System.nanoTime();
            if (now - pingedAt > PING_INTERVAL) {
                pingedAt = now;
                reading.ping();
            }
        }
    }
}
