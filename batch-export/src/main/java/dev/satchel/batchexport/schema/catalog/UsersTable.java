package dev.satchel.batchexport.schema.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The table that holds the application's users.
 *
 * <p>Once Satchel's tables refer to one, that is it. Before, it is the one that the session setting {@code
 * satchel.users_table} names, else {@code public.users}, else {@code auth.users}.
 *
 * @param name with its schema, quoted where SQL needs that
 * @param isDecided whether Satchel's tables refer to it
 */
public record UsersTable(String name, long oid, boolean isDecided) {

    /** The one that the contract speaks of. */
    static final String DEFAULT = "public.users";

    private static final String NAME = "SELECT set_config('satchel.users_table', ?, true)";
    private static final String NAMED = "SELECT nullif(current_setting('satchel.users_table', true), '')";

    // Not by to_regclass, which is an error to a login without rights on the schema.
    private static final String FIND = """
            WITH relation AS (
                SELECT class.oid, namespace.nspname, class.relname, format('%I.%I', namespace.nspname, class.relname) AS name,
                       nullif(current_setting('satchel.users_table', true), '') AS named
                  FROM pg_class AS class
                  JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
                 WHERE class.relkind IN ('r', 'p', 'v', 'm', 'f')
            ), candidate (oid, rank) AS (
                SELECT constr.confrelid, 1
                  FROM pg_constraint AS constr
                  JOIN relation ON relation.oid = constr.conrelid
                 WHERE relation.name = 'satchel.export_requester'
                   AND constr.conname = 'export_requester_user_id_fkey'
                 UNION ALL
                SELECT dependency.refobjid, 2
                  FROM relation
                  JOIN pg_rewrite AS rule ON rule.ev_class = relation.oid
                  JOIN pg_depend AS dependency
                    ON dependency.objid = rule.oid
                   AND dependency.classid = 'pg_rewrite'::regclass
                   AND dependency.refclassid = 'pg_class'::regclass
                   AND dependency.refobjid <> relation.oid
                 WHERE relation.name = 'satchel.users'
                 UNION ALL
                SELECT oid, 3 FROM relation WHERE name = named
                 UNION ALL
                SELECT oid, 4 FROM relation WHERE name = 'public.users' AND named IS NULL
                 UNION ALL
                SELECT oid, 5 FROM relation WHERE name = 'auth.users' AND named IS NULL
            )
            SELECT relation.name, relation.oid, candidate.rank <= 2
              FROM candidate
              JOIN relation ON relation.oid = candidate.oid
             ORDER BY candidate.rank
             LIMIT 1
            """;

    /** Names the table for the transaction that is open. */
    public static void name(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NAME)) {
            statement.setString(1, table);
            statement.execute();
        }
    }

    /** The name that was given for this transaction. */
    public static Optional<String> named(Connection connection) throws SQLException {
        return Optional.ofNullable(SchemaTransaction.rows(connection, NAMED).get(0));
    }

    /** The table, if there is one. */
    public static Optional<UsersTable> of(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND);
                ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? Optional.of(new UsersTable(row.getString(1), row.getLong(2), row.getBoolean(3)))
                    : Optional.empty();
        }
    }
}
