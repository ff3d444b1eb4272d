package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.UsersTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The one table of the application that Satchel needs: the table that holds the users, by a uuid. */
public final class UsersTableCheck {

    private static final String SUBJECT = "table of users";
    private static final String EXPECTATION = "public.users or auth.users, with a unique column id of the type uuid";

    private static final String SHAPE = """
            SELECT class.relkind IN ('r', 'p') AS is_table,
                   format_type(attribute.atttypid, NULL) AS type,
                   EXISTS (SELECT
                             FROM pg_index
                            WHERE indrelid = class.oid
                              AND indisunique
                              AND indpred IS NULL
                              AND indnkeyatts = 1
                              AND indkey[0] = attribute.attnum) AS has_key,
                   EXISTS (SELECT FROM pg_index WHERE indrelid = class.oid AND indisprimary) AS has_primary_key
              FROM pg_class AS class
              LEFT JOIN pg_attribute AS attribute
                ON attribute.attrelid = class.oid
               AND attribute.attname = 'id'
               AND NOT attribute.attisdropped
             WHERE class.oid = CAST(? AS bigint)::oid
            """;

    // Not by to_regclass, which is an error to a login without rights on the schema.
    private static final String BOTH_EXIST = """
            SELECT count(*) = 2
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE relname = 'users'
               AND nspname IN ('auth', 'public')
            """;

    private static final String WITHOUT_LOGIN = """
            SELECT count(*), string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE position <= 3)
              FROM (SELECT id, row_number() OVER (ORDER BY id) AS position
                      FROM public.users
                     WHERE NOT EXISTS (SELECT FROM auth.users AS account WHERE account.id = users.id)) AS orphan
            """;

    private UsersTableCheck() {}

    public static List<Check> check(Connection connection) throws SQLException {
        List<Check> checks = new ArrayList<>();
        Optional<UsersTable> users = UsersTable.of(connection);
        Optional<String> named = UsersTable.named(connection);
        boolean areBoth = SchemaTransaction.rows(connection, BOTH_EXIST).get(0).equals("t");
        if (users.isEmpty()) {
            checks.add(Check.failed(
                    SUBJECT,
                    EXPECTATION,
                    named.map(name -> "no table " + name + ", which SATCHEL_USERS_TABLE names")
                            .orElse("neither")));
            return checks;
        }
        checks.add(shape(connection, users.get(), named, areBoth));
        if (areBoth && users.get().name().equals("public.users")) {
            checks.add(withoutLogin(connection));
        }
        return checks;
    }

    private static Check shape(Connection connection, UsersTable users, Optional<String> named, boolean areBoth)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SHAPE)) {
            statement.setLong(1, users.oid());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String table = users.name();
                String type = row.getString("type");
                String other = areBoth ? "; where the other table holds the users, name it in SATCHEL_USERS_TABLE" : "";
                if (!row.getBoolean("is_table")) {
                    return Check.failed(SUBJECT, EXPECTATION, table + ", to which no foreign key can refer" + other);
                }
                if (type == null) {
                    return Check.failed(SUBJECT, EXPECTATION, table + ", which has no column id" + other);
                }
                if (!type.equals("uuid")) {
                    return Check.failed(
                            SUBJECT,
                            EXPECTATION,
                            "%s with id as %s: the type of a user's id is fixed by the specification: uuid%s"
                                    .formatted(table, type, other));
                }
                if (!row.getBoolean("has_key")) {
                    return Check.failed(
                            SUBJECT,
                            EXPECTATION,
                            table + ", which has no unique key on id, to which foreign keys could refer" + other,
                            "ALTER TABLE " + table + " ADD "
                                    + (row.getBoolean("has_primary_key") ? "UNIQUE" : "PRIMARY KEY") + " (id);");
                }
            }
        }
        if (users.isDecided()
                && named.filter(name -> !name.equals(users.name())).isPresent()) {
            return Check.warning(
                    SUBJECT,
                    EXPECTATION,
                    users.name() + ", as the first migration decided, and not " + named.get()
                            + ", which SATCHEL_USERS_TABLE names: take the setting away, or roll back and migrate again");
        }
        return !users.isDecided() && named.isEmpty() && areBoth
                ? Check.notice(
                        SUBJECT,
                        users.name()
                                + "; where auth.users holds them, set SATCHEL_USERS_TABLE=auth.users before the first"
                                + " migration")
                : Check.ok(SUBJECT, users.name());
    }

    private static Check withoutLogin(Connection connection) throws SQLException {
        String subject = "users without a user in auth.users";
        return Attempt.seeingAll(
                connection,
                () -> {
                    try (Statement statement = connection.createStatement();
                            ResultSet row = statement.executeQuery(WITHOUT_LOGIN)) {
                        row.next();
                        return row.getLong(1) == 0
                                ? Check.ok(subject, "none")
                                : Check.warning(
                                        subject,
                                        "none",
                                        row.getLong(1) + ": row security shows their rows to no user, such as "
                                                + row.getString(2));
                    }
                },
                failure -> Check.warning(subject, "none", "not counted: " + Attempt.reason(failure)));
    }
}
