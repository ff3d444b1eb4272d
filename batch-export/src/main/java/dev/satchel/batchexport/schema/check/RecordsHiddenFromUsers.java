package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether row security shows users what is theirs, tried with some of them.
 *
 * <p>Only a login that may become {@code authenticated} can try that, such as the worker's.
 */
final class RecordsHiddenFromUsers {

    /** Each costs as much as counting the user's rows twice. */
    private static final int USERS = 5;

    // Not by to_regprocedure, which is an error to a login without rights on the schema.
    private static final String MAY_TRY = """
            SELECT count(*) = 2
              FROM pg_proc
              JOIN pg_namespace ON pg_namespace.oid = pronamespace
             WHERE nspname = 'satchel'
               AND proname IN ('count_records', 'next_users')
               AND has_schema_privilege(pg_namespace.oid, 'USAGE')
               AND has_function_privilege(pg_proc.oid, 'EXECUTE')
            """;

    private static final String SOME_USERS = "SELECT unnest(satchel.next_users(NULL, " + USERS + "))";

    private static final String COUNT = """
            SELECT owned.value ->> 'schema' AS schema, owned.value ->> 'table' AS name,
                   format('%I.%I', owned.value ->> 'schema', owned.value ->> 'table') AS quoted, condition, records
              FROM satchel.count_records(?, ?::jsonb)
              JOIN jsonb_array_elements(?::jsonb) WITH ORDINALITY AS owned (value, n) ON owned.n = place + 1
             WHERE records > 0
            """;

    private static final String BECOME_USER = """
            SELECT set_config('request.jwt.claims', jsonb_build_object('sub', ?, 'role', 'authenticated')::text, true),
                   set_config('request.jwt.claim.sub', ?, true),
                   set_config('row_security', 'on', true),
                   set_config('role', 'authenticated', true)
            """;

    private static final String SUBJECT = "records as their users see them";

    private RecordsHiddenFromUsers() {}

    static List<Check> check(Connection connection, PostgresDatasets datasets) throws SQLException {
        if (!SchemaTransaction.rows(connection, MAY_TRY).equals(List.of("t")) || !mayBecomeUsers(connection)) {
            return List.of();
        }
        return Attempt.orElse(
                connection,
                () -> {
                    Map<String, Check> hidden = new LinkedHashMap<>();
                    List<String> users = SchemaTransaction.rows(connection, SOME_USERS);
                    for (String user : users) {
                        addHidden(connection, datasets.ownedTablesAsJson(), user, hidden);
                    }
                    return hidden.isEmpty()
                            ? List.of(Check.ok(SUBJECT, "all, as tried with " + users.size() + " users"))
                            : List.copyOf(hidden.values());
                },
                failure -> List.of(Check.warning(SUBJECT, "all", notCounted(failure))));
    }

    // Most owners may not become authenticated.
    private static boolean mayBecomeUsers(Connection connection) throws SQLException {
        return Attempt.orElse(
                connection,
                () -> {
                    become(connection, new UUID(0, 0).toString());
                    return true;
                },
                failure -> false);
    }

    private static void addHidden(Connection connection, String tables, String user, Map<String, Check> hidden)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        List<Owned> owned = owned(connection, tables, user);
        become(connection, user);
        for (Owned rows : owned) {
            Optional<Check> found = Attempt.orElse(
                    connection,
                    () -> {
                        long shown = Long.parseLong(
                                SchemaTransaction.rows(connection, rows.query()).get(0));
                        return shown < rows.records() ? Optional.of(check(rows, shown, user)) : Optional.empty();
                    },
                    failure -> Optional.of(Check.warning(subject(rows), "all", notCounted(failure))));
            found.ifPresent(check -> hidden.putIfAbsent(rows.table(), check));
        }
        connection.rollback(before);
    }

    private static String subject(Owned rows) {
        return "records of " + rows.table() + " as their user sees them";
    }

    private static String notCounted(SQLException failure) {
        return "not counted, and exports fail or wait in the same way: "
                + String.valueOf(failure.getMessage()).lines().findFirst().orElse("") + " (" + failure.getSQLState()
                + "); 'satchel datasets check' compares the tables with the datasets file";
    }

    private static Check check(Owned rows, long shown, String user) {
        return Check.warning(
                subject(rows),
                "all",
                (rows.records() - shown) + " of " + rows.records() + " hidden from user " + user
                        + " by row security: such"
                        + " an export fails with records_hidden, unless satchel.export.accept-hidden names the dataset");
    }

    private static List<Owned> owned(Connection connection, String tables, String user) throws SQLException {
        List<Owned> owned = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
            statement.setObject(1, UUID.fromString(user));
            statement.setString(2, tables);
            statement.setString(3, tables);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    owned.add(new Owned(
                            rows.getString("schema") + "." + rows.getString("name"),
                            "SELECT count(*) FROM " + rows.getString("quoted") + " AS record WHERE "
                                    + rows.getString("condition"),
                            rows.getLong("records")));
                }
            }
        }
        return owned;
    }

    private static void become(Connection connection, String user) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BECOME_USER)) {
            statement.setString(1, user);
            statement.setString(2, user);
            statement.execute();
        }
    }

    private record Owned(String table, String query, long records) {}
}
