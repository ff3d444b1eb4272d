package dev.satchel.postgres.records;

import dev.satchel.UserId;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.OwnedTable;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.RecordSink;
import dev.satchel.record.SnapshotTooOldException;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/**
 * Reads a user's records through {@code COPY … TO STDOUT (FORMAT binary)}, as that user, in one snapshot.
 *
 * <p>Each reading is one transaction, {@code REPEATABLE READ READ ONLY}, in which the connection has the role {@code
 * authenticated} and the user's claims. All of that ends with the transaction, so that the connection goes back to its
 * pool as it came. A failure of the database is a {@link DataAccessException} that carries PostgreSQL's SQLState; a
 * snapshot that would grow older than allowed, and so hold back vacuum, ends in a {@link SnapshotTooOldException}. Whether
 * a statement was cancelled for that is told by this object's own clock: to the server, a person's cancel looks the same.
 */
public final class PostgresUserRecords implements UserRecords {

    private static final String BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    // The limits of the transaction are this object's to keep: those of the role or the database would end it while the
    // sink takes its time, for as long as the store may take.
    private static final String ALLOW_PAUSES = """
            SELECT set_config(name, '0', true)
              FROM pg_catalog.pg_settings
             WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
            """;

    // What is read as text must not depend on the login, the server or this machine.
    private static final String PRINT_ALIKE = """
            SELECT set_config('TimeZone', 'UTC', true),
                   set_config('DateStyle', 'ISO, YMD', true),
                   set_config('IntervalStyle', 'iso_8601', true),
                   set_config('extra_float_digits', '1', true),
                   set_config('bytea_output', 'hex', true)
            """;

    private static final String LIMIT_STATEMENT = "SELECT set_config('statement_timeout', ?, true)";

    // The first query takes the snapshot, and started just before. A history that this role may not read is not asked.
    private static final String TAKE_SNAPSHOT = """
        SELECT statement_timestamp(),
               EXISTS (SELECT
                         FROM pg_catalog.pg_class AS relation
                         JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
                        WHERE namespace.nspname = 'satchel'
                          AND relation.relname = 'flyway_schema_history'
                          AND has_schema_privilege(namespace.oid, 'USAGE')
                          AND has_table_privilege(relation.oid, 'SELECT'))
        """;

    private static final String SCHEMA_VERSION = """
        SELECT version
          FROM satchel.flyway_schema_history
         WHERE success
           AND version ~ '^[0-9]+([.][0-9]+)*$'
         ORDER BY string_to_array(version, '.')::numeric[] DESC
         LIMIT 1
        """;

    private static final String UNKNOWN_VERSION = "unknown";

    // auth.uid() looks at claim.sub first, so one that the session was left with must not stand.
    private static final String BECOME_USER = """
        SELECT set_config('request.jwt.claims', jsonb_build_object('sub', ?, 'role', 'authenticated')::text, true),
               set_config('request.jwt.claim.sub', ?, true),
               set_config('request.jwt.claim.role', 'authenticated', true),
               set_config('row_security', 'on', true),
               set_config('role', 'authenticated', true)
        """;

    private static final String IS_USER = "SELECT auth.uid() IS NOT DISTINCT FROM ?";

    // With the rights of its definer, who sees every row; in the snapshot of this transaction like all else.
    private static final String COUNT_OWNED =
            "SELECT place, condition, records FROM satchel.count_records(?, ?::jsonb)";

    private static final String IS_MIGRATED =
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'satchel')";

    private static final String CANCELED = "57014";

    private final DataSource dataSource;
    private final PostgresDatasets datasets;
    private final Duration maxSnapshotAge;
    private final SQLStateSQLExceptionTranslator translator = new SQLStateSQLExceptionTranslator();

    /** @param maxSnapshotAge when a reading is given up */
    public PostgresUserRecords(DataSource dataSource, PostgresDatasets datasets, Duration maxSnapshotAge) {
        if (maxSnapshotAge.isZero() || maxSnapshotAge.isNegative()) {
            throw new IllegalArgumentException("the age of a snapshot must be positive, was " + maxSnapshotAge);
        }
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.maxSnapshotAge = maxSnapshotAge;
    }

    @Override
    public Snapshot read(UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink)
            throws IOException {
        long begin = System.nanoTime();
        try (Connection connection = dataSource.getConnection();
                Reading reading = new Reading(connection, this.datasets, maxSnapshotAge)) {
            return reading.read(user, datasets, filters, sink);
        } catch (SQLException failed) {
            Duration taken = Duration.ofNanos(System.nanoTime() - begin);
            if (CANCELED.equals(failed.getSQLState()) && taken.compareTo(maxSnapshotAge) >= 0) {
                throw new SnapshotTooOldException(maxSnapshotAge, failed);
            }
            throw translated(failed);
        }
    }

    private DataAccessException translated(SQLException failed) {
        String task = "reading a user's records";
        DataAccessException known = translator.translate(task, null, failed);
        return known == null ? new UncategorizedSQLException(task, null, failed) : known;
    }

    /** One transaction; closing it leaves nothing of it on the connection. */
    private static final class Reading implements AutoCloseable {

        private final Connection connection;
        private final PostgresDatasets known;
        private final boolean autoCommit;
        private final Duration maxAge;
        private final long startedAt = System.nanoTime();

        Reading(Connection connection, PostgresDatasets known, Duration maxAge) throws SQLException {
            this.connection = connection;
            this.known = known;
            this.maxAge = maxAge;
            this.autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
        }

        Snapshot read(UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink)
                throws SQLException, IOException {
            begin();
            Map<Dataset, Long> counts = new LinkedHashMap<>();
            List<Dataset> absent = new ArrayList<>();
            Instant takenAt;
            String version = UNKNOWN_VERSION;
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(TAKE_SNAPSHOT)) {
                row.next();
                takenAt = row.getObject(1, OffsetDateTime.class).toInstant();
                if (row.getBoolean(2)) {
                    version = schemaVersion();
                }
            }
            LiveSchema live = LiveSchema.of(connection, known.tables(datasets));
            Map<OwnedTable, Owned> owned = countOwned(user, datasets);
            List<HiddenRecords> hidden = new ArrayList<>();
            become(user);
            for (Dataset dataset : datasets) {
                DatasetQuery query = known.of(dataset);
                if (query.isIn(live)) {
                    List<Column> columns = query.columnsIn(live);
                    sink.beginDataset(dataset, columns);
                    long records = copy(query.copy(live, user, filters), columns, sink);
                    counts.put(dataset, records);
                    sink.endDataset();
                    for (OwnedTable table : query.owned()) {
                        Owned rows = owned.get(table);
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
            return new Snapshot(takenAt, counts, absent, version, hidden);
        }

        private Map<OwnedTable, Owned> countOwned(UserId user, List<Dataset> datasets) throws SQLException {
            List<OwnedTable> tables = datasets.stream()
                    .flatMap(dataset -> known.of(dataset).owned().stream())
                    .distinct()
                    .toList();
            Map<OwnedTable, Owned> owned = new HashMap<>();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(IS_MIGRATED)) {
                row.next();
                if (!row.getBoolean(1)) {
                    return owned;
                }
            }
            limitNextStatement();
            try (PreparedStatement statement = connection.prepareStatement(COUNT_OWNED)) {
                statement.setObject(1, user.value());
                statement.setString(2, PostgresDatasets.json(tables));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        owned.put(
                                tables.get(rows.getInt("place")),
                                new Owned(rows.getString("condition"), rows.getLong("records")));
                    }
                }
            }
            return owned;
        }

        // The condition comes from the function, so that both counts mean the same rows.
        private long countShown(OwnedTable table, Owned rows) throws SQLException {
            limitNextStatement();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*) FROM "
                            + table.table().quoted() + " AS record WHERE " + rows.condition())) {
                row.next();
                return row.getLong(1);
            }
        }

        private void begin() throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(BEGIN);
            }
            StatementSettings.set(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute(ALLOW_PAUSES);
                statement.execute(PRINT_ALIKE);
            }
            limitNextStatement();
        }

        private String schemaVersion() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(SCHEMA_VERSION)) {
                return row.next() ? row.getString(1) : UNKNOWN_VERSION;
            }
        }

        private void become(UserId user) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(BECOME_USER)) {
                statement.setString(1, user.toString());
                statement.setString(2, user.toString());
                statement.execute();
            }
            // Where the claims do not arrive, row security hides everything, and an empty file would pass for the
            // truth.
            try (PreparedStatement statement = connection.prepareStatement(IS_USER)) {
                statement.setObject(1, user.value());
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        throw new IllegalStateException("auth.uid() is not the user whose claims were set, so that row"
                                + " security would hide the user's own records");
                    }
                }
            }
        }

        private long copy(String sql, List<Column> columns, RecordSink sink) throws SQLException, IOException {
            limitNextStatement();
            BinaryCopyDecoder decoder = new BinaryCopyDecoder(columns, sink);
            try (RunningCopy copy = new RunningCopy(connection, sql)) {
                while (pass(copy, decoder)) {
                    // The server's own limit sleeps while it waits for a sink that takes its time.
                    remaining();
                }
            }
            return decoder.finish();
        }

        // A message is a record, which may be large: none is held while the next one arrives.
        private static boolean pass(RunningCopy copy, BinaryCopyDecoder decoder) throws SQLException, IOException {
            byte @Nullable [] message = copy.next();
            if (message == null) {
                return false;
            }
            decoder.accept(message);
            return true;
        }

        private void limitNextStatement() throws SQLException {
            long millis = Math.min(Math.max(remaining().toMillis(), 1), Integer.MAX_VALUE);
            try (PreparedStatement statement = connection.prepareStatement(LIMIT_STATEMENT)) {
                statement.setString(1, Long.toString(millis));
                statement.execute();
            }
        }

        private Duration remaining() {
            Duration remaining = maxAge.minusNanos(System.nanoTime() - startedAt);
            if (remaining.isNegative()) {
                throw new SnapshotTooOldException(maxAge);
            }
            return remaining;
        }

        @Override
        public void close() throws SQLException {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        }
    }

    /** How many rows of a table are the user's, and by which condition on a row that the statement calls "record". */
    private record Owned(String condition, long records) {}

    /** A COPY under way; closing it before its end cancels it, or the connection would be of no use to anybody. */
    private static final class RunningCopy implements AutoCloseable {

        private final Connection connection;
        private final CopyOut copy;
        private boolean halfRead;

        RunningCopy(Connection connection, String sql) throws SQLException {
            this.connection = connection;
            this.copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        }

        // Where there is no memory for a message, the driver has read its length and not its bytes, which would be
        // taken
        // for the messages to come.
        byte @Nullable [] next() throws SQLException {
            try {
                return copy.readFromCopy();
            } catch (Error noMemory) {
                halfRead = true;
                throw noMemory;
            }
        }

        @Override
        public void close() throws SQLException {
            if (copy.isActive()) {
                try {
                    if (!halfRead) {
                        cancel();
                    }
                } finally {
                    giveUpIfActive();
                }
            }
        }

        // CopyOut.cancelCopy leaves what the server had sent already on the connection, where the next statement takes
        // it for its own answer (pgjdbc issue 3163). So the answer is read to its end, which the cancelling brings
        // near.
        private void cancel() throws SQLException {
            connection.unwrap(PGConnection.class).cancelQuery();
            try {
                byte @Nullable [] unwanted;
                do {
                    unwanted = copy.readFromCopy();
                } while (unwanted != null);
            } catch (SQLException ended) {
                if (!CANCELED.equals(ended.getSQLState())) {
                    throw ended;
                }
            }
        }

        // The driver lets nothing else happen on a connection whose COPY broke off, not even a rollback: it would wait.
        private void giveUpIfActive() throws SQLException {
            if (copy.isActive()) {
                connection.abort(Runnable::run);
            }
        }
    }
}
