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

    private static final String BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    // This object limits the transaction's duration itself. Timeouts of the role or the database would end it while
    // the sink waits for the store.
    private static final String ALLOW_PAUSES = """
            SELECT set_config(name, '0', true)
              FROM pg_catalog.pg_settings
             WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
            """;

    // Makes text output independent of the settings of the login, the server and this machine.
    private static final String PRINT_ALIKE = """
            SELECT set_config('TimeZone', 'UTC', true),
                   set_config('DateStyle', 'ISO, YMD', true),
                   set_config('IntervalStyle', 'iso_8601', true),
                   set_config('extra_float_digits', '1', true),
                   set_config('bytea_output', 'hex', true)
            """;

    private static final String LIMIT_STATEMENT = "SELECT set_config('statement_timeout', ?, true)";

    // The first query takes the snapshot, so its start is the snapshot's time. Whether the role may read Flyway's
    // history is checked first.
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

    // auth.uid() prefers request.jwt.claim.sub, so a value left over in the session must be replaced.
    private static final String BECOME_USER = """
        SELECT set_config('request.jwt.claims', jsonb_build_object('sub', ?, 'role', 'authenticated')::text, true),
               set_config('request.jwt.claim.sub', ?, true),
               set_config('request.jwt.claim.role', 'authenticated', true),
               set_config('row_security', 'on', true),
               set_config('role', 'authenticated', true)
        """;

    private static final String IS_USER = "SELECT auth.uid() IS NOT DISTINCT FROM ?";

    // A SECURITY DEFINER function, whose owner sees every row. It counts in the snapshot of this transaction.
    private static final String COUNT_OWNED =
            "SELECT place, condition, records FROM satchel.count_records(?, ?::jsonb)";

    private static final String IS_MIGRATED =
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'satchel')";

    private static final String CANCELED = "57014";

    private final DataSource dataSource;
    private final PostgresDatasets datasets;
    private final Duration maxSnapshotAge;
    private final SQLStateSQLExceptionTranslator translator = new SQLStateSQLExceptionTranslator();

    /** @param maxSnapshotAge the longest duration of a reading */
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

    /** One reading in one transaction. Closing it rolls back, so that none of its settings stay on the connection. */
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

        // The condition comes from the same function as the other count, so that both count the same rows.
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
            // Without this check, an auth.uid() that ignores the claims would hide all rows, and the file would be
            // empty.
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
                    // Checks the time limit, because the server's timeout does not apply while it waits for a slow
                    // sink.
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

    /** The number of rows of a table that belong to the user, and the SQL condition for them, on the alias "record". */
    private record Owned(String condition, long records) {}
}
