package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Whether the application's earlier table, which was moved aside, still holds keys that are not sealed. */
final class LegacyKeysCheck {

    private static final String SUBJECT = "keys of before";
    private static final String EXPECTATION = "sealed, and erased where they were";

    // Not by to_regclass, which is an error to a login without rights on the schema.
    private static final String EXISTS = """
            SELECT count(*) = 1
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE (nspname, relname) = ('satchel', 'adopted_user_api_keys')
            """;

    private static final String COUNT = """
            SELECT coalesce(sum(num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key)), 0)
              FROM satchel.adopted_user_api_keys
            """;

    private LegacyKeysCheck() {}

    static List<Check> check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!SchemaTransaction.rows(connection, EXISTS).equals(List.of("t"))) {
                return List.of();
            }
            return List.of(Attempt.orElse(
                    connection,
                    () -> {
                        statement.execute("SET LOCAL row_security = off");
                        String left = SchemaTransaction.rows(connection, COUNT).get(0);
                        return Check.of(
                                SUBJECT,
                                EXPECTATION,
                                left.equals("0")
                                        ? EXPECTATION
                                        : left + " can be read by whoever reads satchel.adopted_user_api_keys; run:"
                                                + " satchel keys adopt");
                    },
                    failure -> Check.warning(SUBJECT, EXPECTATION, "not counted: " + Attempt.reason(failure))));
        }
    }
}
