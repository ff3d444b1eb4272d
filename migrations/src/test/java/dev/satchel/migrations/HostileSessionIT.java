package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The files do the same in a session that looks for every name in a schema of somebody else first. */
class HostileSessionIT {

    private static final String HOSTILE_PATH = "hostile, public, pg_catalog";

    @Test
    void filesFindNothingOfOthersAndLeaveTheSessionAsItWas() throws SQLException {
        try (var migrated = SampleDatabase.create();
                var flyways = Session.open(migrated.ownerDataSource());
                var empty = SampleDatabase.createEmpty();
                var owner = Session.open(empty.ownerDataSource());
                var hostile = empty.ownerDataSource().getConnection()) {
            Cluster.execute(empty.superuserDataSource(), "CREATE SCHEMA hostile");
            int shadows = Shadows.fill("hostile", empty.superuserDataSource());
            run(hostile, "SET search_path = " + HOSTILE_PATH);

            var files = PastedFilesIT.files();
            for (var file : files) {
                assertRunsAlone(hostile, file, "0", "2s");
                if (file.contains("/V000")) {
                    Cluster.execute(empty.ownerDataSource(), Cluster.resource("/db/sample/base-tables.sql"));
                }
            }
            var made = PastedFilesIT.everything(owner);
            for (var file : files) {
                if (file.contains("/R__")) {
                    assertRunsAlone(hostile, file, "7s", "7s");
                }
            }
            assertRunsAlone(hostile, "/dev/satchel/db/rollback/U001__satchel.sql", "0", "2s");

            int calls = Shadows.calls("hostile", empty.superuserDataSource());
            System.out.printf(
                    "Files of SQL in a hostile session: %d beside %d operators and functions, %d calls%n",
                    files.size() + 1, shadows, calls);
            assertThat(calls).isZero();
            assertThat(made).filteredOn(row -> !row.contains("hostile")).isEqualTo(PastedFilesIT.everything(flyways));
            assertThat(owner.value("SELECT to_regnamespace('satchel')")).isEqualTo("NULL");
        }
    }

    // A limit of the session's own stays; without one, a file that is pasted supplies its own, and leaves no trace.
    private static void assertRunsAlone(Connection hostile, String file, String limit, String within)
            throws SQLException {
        run(hostile, "SET lock_timeout = '" + limit + "'");
        hostile.setAutoCommit(false);
        run(hostile, Cluster.resource(file));
        assertThat(shown(hostile, "search_path")).as(file).isEqualTo("pg_catalog, pg_temp");
        assertThat(shown(hostile, "lock_timeout")).as(file).isEqualTo(within);
        hostile.commit();
        hostile.setAutoCommit(true);
        assertThat(shown(hostile, "search_path")).as(file).isEqualTo(HOSTILE_PATH);
        assertThat(shown(hostile, "lock_timeout")).as(file).isEqualTo(limit);
    }

    @Test
    void everyFunctionLooksIntoTemporarySchemasLast() throws SQLException {
        try (var database = SampleDatabase.create();
                var owner = Session.open(database.ownerDataSource())) {
            var functions = owner.rows("""
                    SELECT oid::regprocedure::text,
                           (SELECT setting FROM unnest(proconfig) AS setting WHERE starts_with(setting, 'search_path='))
                      FROM pg_proc
                     WHERE pronamespace IN ('satchel'::regnamespace, 'auth'::regnamespace)
                       -- What such a body names is bound when it is made, and looked up no more.
                       AND prosqlbody IS NULL
                    """);

            assertThat(functions)
                    .hasSizeGreaterThan(20)
                    .allSatisfy(function -> assertThat(function).endsWith(" | search_path=pg_catalog, pg_temp"));
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String shown(Connection connection, String setting) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SHOW " + setting)) {
            row.next();
            return row.getString(1);
        }
    }
}
