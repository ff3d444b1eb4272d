package dev.satchel.postgres.records;

import dev.satchel.UserId;
import dev.satchel.partition.LostSnapshotException;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.OwnedTable;
import dev.satchel.postgres.session.StatementSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The snapshot of one user's reading, taken in the open transaction of a connection, which has the user's rights
 * afterwards.
 *
 * <p>It is taken in two round trips. The statements of a round trip are sent together, and PostgreSQL executes them one
 * after the other: each is parsed and executed under the settings of those before it.
 *
 * @param takenAt the time of the snapshot
 * @param schemaVersion the version of Satchel's schema, or {@code unknown}
 * @param live the tables and columns that exist in the snapshot
 * @param owned how many rows of each table are the user's; lacks what PostgreSQL cannot count
 * @param zone the zone that the user's days are counted in at the time of the snapshot; UTC if none is set
 */
record OpenSnapshot(Instant takenAt, String schemaVersion, LiveSchema live, Map<OwnedTable, Owned> owned, ZoneId zone) {

    private static final String UNKNOWN_VERSION = "unknown";

    private static final Pattern NAME = Pattern.compile("[0-9A-F]{8}-[0-9A-F]{8}-[0-9]+");

    /** What PostgreSQL answers, depending on its version and on who ended the snapshot. */
    private static final Set<String> LOST = Set.of("22023", "42704", "55000");

    private static final String ISOLATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n";

    // Ranges are read side by side already. Passing rows between processes of PostgreSQL takes a quarter to a third
    // more of its processor time.
    private static final String ALONE = "SET LOCAL max_parallel_workers_per_gather = 0;\n";

    // The first query takes the snapshot, so its start is the snapshot's time.
    private static final String TAKE =
            "SELECT pg_catalog.statement_timestamp(), applied.* FROM (" + StatementSettings.SQL + ") AS applied;\n";

    // The reader limits the duration itself. Timeouts of the role or the database would end the transaction while the
    // sink waits for the store. The other settings make text output independent of the login, the server and this
    // machine.
    private static final String SET = """
            SELECT set_config('statement_timeout', ?, true),
                   set_config('idle_in_transaction_session_timeout', '0', true),
                   CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL
                        THEN set_config('transaction_timeout', '0', true) END,
                   set_config('TimeZone', 'UTC', true),
                   set_config('DateStyle', 'ISO, YMD', true),
                   set_config('IntervalStyle', 'iso_8601', true),
                   set_config('extra_float_digits', '1', true),
                   set_config('bytea_output', 'hex', true);
            """;

    // Nothing of Satchel's schema is read before it is known to be there, and whether the role may read Flyway's
    // history.
    private static final String DESCRIBE = """
            SELECT to_regnamespace('satchel') IS NOT NULL AS migrated,
                   EXISTS (SELECT
                             FROM pg_catalog.pg_class AS relation
                             JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
                            WHERE namespace.nspname = 'satchel'
                              AND relation.relname = 'flyway_schema_history'
                              AND has_schema_privilege(namespace.oid, 'USAGE')
                              AND has_table_privilege(relation.oid, 'SELECT')) AS versioned,
                   EXISTS (SELECT
                             FROM pg_catalog.pg_class AS relation
                             JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
                            WHERE namespace.nspname = 'satchel'
                              AND relation.relname = 'user_zone'
                              AND has_schema_privilege(namespace.oid, 'USAGE')
                              AND has_table_privilege(relation.oid, 'SELECT')) AS zoned,
            """ + LiveSchema.FINGERPRINT + " AS fingerprint";

    private static final String FIND_VERSION = """
            SELECT version
              FROM satchel.flyway_schema_history
             WHERE success
               AND version ~ '^[0-9]+([.][0-9]+)*$'
             ORDER BY string_to_array(version, '.')::numeric[] DESC
             LIMIT 1
            """;

    // Read before the role becomes the user's, who may not see this table.
    private static final String FIND_ZONE = """
            SELECT zone
              FROM satchel.user_zone
             WHERE user_id = ?
               AND since <= statement_timestamp()
             ORDER BY since DESC
             LIMIT 1
            """;

    // One statement, of which only what this role may read is executed.
    private static String find(boolean versioned, boolean zoned) {
        return "SELECT (" + (versioned ? FIND_VERSION : "NULL") + ")::text AS version, (" + (zoned ? FIND_ZONE : "NULL")
                + ")::text AS zone;\n";
    }

    // A SECURITY DEFINER function, whose owner sees every row. It counts in the snapshot of this transaction.
    private static final String COUNT_OWNED =
            "SELECT place, condition, records FROM satchel.count_records(?, ?::jsonb);\n";

    // auth.uid() prefers request.jwt.claim.sub, so a value left over in the session must be replaced.
    private static final String BECOME_USER = """
            SELECT set_config('request.jwt.claims', jsonb_build_object('sub', ?, 'role', 'authenticated')::text, true),
                   set_config('request.jwt.claim.sub', ?, true),
                   set_config('request.jwt.claim.role', 'authenticated', true),
                   set_config('row_security', 'on', true),
                   set_config('role', 'authenticated', true);
            """;

    private static final String IS_USER = "SELECT auth.uid() IS NOT DISTINCT FROM ?";

    /**
     * Takes the snapshot and becomes the user.
     *
     * @param plan what is known about reading these datasets from earlier snapshots
     * @param limit how long each statement may take
     */
    static OpenSnapshot take(Connection connection, UserId user, ReadingPlan plan, Duration limit) throws SQLException {
        return take(connection, user, plan, limit, ISOLATE, true);
    }

    /**
     * Imports a snapshot that another session holds open, and becomes the user. Counts nothing, and finds neither version
     * nor zone: the session that holds the snapshot has done that.
     *
     * @param snapshot the name that {@link #export} gave it
     * @throws LostSnapshotException if it is not open any more
     */
    static OpenSnapshot join(Connection connection, UserId user, ReadingPlan plan, Duration limit, String snapshot)
            throws SQLException {
        if (!NAME.matcher(snapshot).matches()) {
            throw new IllegalArgumentException("'" + snapshot + "' is not the name of a snapshot");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(ISOLATE + "SET TRANSACTION SNAPSHOT '" + snapshot + "';\n" + ALONE);
        } catch (SQLException refused) {
            if (LOST.contains(refused.getSQLState())) {
                throw new LostSnapshotException(refused);
            }
            throw refused;
        }
        return take(connection, user, plan, limit, "", false);
    }

    /** Lets other sessions import the snapshot, as long as this transaction is open. */
    static String export(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_export_snapshot()")) {
            row.next();
            return row.getString(1);
        }
    }

    private static OpenSnapshot take(
            Connection connection, UserId user, ReadingPlan plan, Duration limit, String isolate, boolean describing)
            throws SQLException {
        Instant takenAt;
        boolean migrated;
        boolean versioned;
        boolean zoned;
        String fingerprint;
        try (PreparedStatement statement = connection.prepareStatement(isolate + TAKE + SET + DESCRIBE)) {
            statement.setString(1, Long.toString(limit.toMillis()));
            LiveSchema.setTables(statement, 2, plan.tables());
            statement.execute();
            if (!isolate.isEmpty()) {
                statement.getMoreResults();
            }
            takenAt = only(statement).getObject(1, OffsetDateTime.class).toInstant();
            statement.getMoreResults();
            statement.getMoreResults();
            ResultSet description = only(statement);
            migrated = description.getBoolean("migrated");
            versioned = description.getBoolean("versioned");
            zoned = description.getBoolean("zoned");
            fingerprint = String.valueOf(description.getString("fingerprint"));
        }
        LiveSchema live = plan.live(connection, fingerprint);
        return become(
                connection,
                user,
                plan,
                new OpenSnapshot(takenAt, UNKNOWN_VERSION, live, Map.of(), ZoneOffset.UTC),
                migrated && describing,
                versioned && describing,
                zoned && describing);
    }

    private static OpenSnapshot become(
            Connection connection,
            UserId user,
            ReadingPlan plan,
            OpenSnapshot taken,
            boolean migrated,
            boolean versioned,
            boolean zoned)
            throws SQLException {
        String sql = find(versioned, zoned) + (migrated ? COUNT_OWNED : "") + BECOME_USER + IS_USER;
        String version = taken.schemaVersion();
        ZoneId zone = taken.zone();
        Map<OwnedTable, Owned> owned = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int parameter = 1;
            if (zoned) {
                statement.setObject(parameter++, user.value());
            }
            if (migrated) {
                statement.setObject(parameter++, user.value());
                statement.setString(parameter++, plan.ownedAsJson());
            }
            statement.setString(parameter++, user.toString());
            statement.setString(parameter++, user.toString());
            statement.setObject(parameter, user.value());
            statement.execute();
            ResultSet found = only(statement);
            version = Optional.ofNullable(found.getString("version")).orElse(version);
            zone = Optional.ofNullable(found.getString("zone"))
                    .map(OpenSnapshot::zone)
                    .orElse(zone);
            statement.getMoreResults();
            if (migrated) {
                ResultSet rows = statement.getResultSet();
                while (rows.next()) {
                    owned.put(
                            plan.owned().get(rows.getInt("place")),
                            new Owned(rows.getString("condition"), rows.getLong("records")));
                }
                statement.getMoreResults();
            }
            statement.getMoreResults();
            // Without this check, an auth.uid() that ignores the claims would hide all rows, and the file would be
            // empty.
            if (!only(statement).getBoolean(1)) {
                throw new IllegalStateException("auth.uid() is not the user whose claims were set, so that row"
                        + " security would hide the user's own records");
            }
        }
        return new OpenSnapshot(taken.takenAt(), version, taken.live(), owned, zone);
    }

    // The server may know zones that this machine does not know.
    private static ZoneId zone(String name) {
        try {
            return name.equals("UTC") ? ZoneOffset.UTC : ZoneId.of(name);
        } catch (DateTimeException unknown) {
            return ZoneOffset.UTC;
        }
    }

    private static ResultSet only(PreparedStatement statement) throws SQLException {
        ResultSet row = statement.getResultSet();
        row.next();
        return row;
    }

    /** The number of rows of a table that belong to the user, and the SQL condition for them, on the alias "record". */
    record Owned(String condition, long records) {}
}
