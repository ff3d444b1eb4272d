package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/**
 * Asks the platform's {@code auth.uid()}, on which every policy relies, who the caller is.
 *
 * <p>Its text is not Satchel's and differs between platforms, so that only its answers can be compared.
 */
final class AuthUid {

    private static final String SUBJECT = "answers of auth.uid()";
    private static final String EXPECTATION = "the user of the claims, and no user without claims";
    private static final String SOMEBODY = "5a7c4e10-0000-4000-8000-000000000001";

    // Without a path of its own it has that of the caller, which is Satchel's wherever the caller's rights are more
    // than the
    // user's.
    private static final String SEARCH_PATH = """
            SELECT (SELECT setting
                      FROM unnest(proconfig) AS setting
                     WHERE starts_with(setting, 'search_path=')
                       AND btrim(split_part(split_part(setting, '=', 2), ',', -1), ' "') <> 'pg_temp')
              FROM pg_proc
              JOIN pg_namespace ON pg_namespace.oid = pronamespace
             WHERE (nspname, proname, pronargs) = ('auth', 'uid', 0)
            """;

    // Not by to_regprocedure, which is an error to a login without rights on the schema.
    private static final String EXISTS = """
            SELECT count(*) = 1
              FROM pg_proc
              JOIN pg_namespace ON pg_namespace.oid = pronamespace
             WHERE (nspname, proname, pronargs) = ('auth', 'uid', 0)
            """;

    private static final String CLAIM = """
            SELECT set_config('request.jwt.claim.sub', '', true), set_config('request.jwt.claims', ?, true)
            """;

    private static final String ANSWER = "SELECT auth.uid()::text";

    private AuthUid() {}

    static List<Check> check(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXISTS);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (!row.getBoolean(1)) {
                // The contract says that it is missing.
                return List.of();
            }
        }
        return List.of(searchPath(connection), Attempt.orElse(connection, () -> ask(connection), AuthUid::refused));
    }

    private static Check searchPath(Connection connection) throws SQLException {
        String subject = "search_path of function auth.uid()";
        String expectation = "none of its own, or one that ends in pg_temp";
        try (PreparedStatement statement = connection.prepareStatement(SEARCH_PATH);
                ResultSet row = statement.executeQuery()) {
            row.next();
            String path = row.getString(1);
            return path == null
                    ? Check.ok(subject, expectation)
                    : new Check(
                            subject,
                            expectation,
                            path
                                    + ", so that temporary types of its caller run with the rights of Satchel's owner; run:"
                                    + " ALTER FUNCTION auth.uid() SET search_path = pg_catalog, pg_temp;",
                            Check.Result.FAILED);
        }
    }

    private static Check ask(Connection connection) throws SQLException {
        String known = answer(connection, "{\"sub\": \"" + SOMEBODY + "\", \"role\": \"authenticated\"}");
        String unknown = answer(connection, "");
        if (known.equals(SOMEBODY) && unknown.equals("null")) {
            return Check.ok(SUBJECT, EXPECTATION);
        }
        return new Check(
                SUBJECT,
                EXPECTATION,
                known + " for the claimed user " + SOMEBODY + ", and " + unknown + " without claims",
                Check.Result.FAILED);
    }

    private static String answer(Connection connection, String claims) throws SQLException {
        try (PreparedStatement claim = connection.prepareStatement(CLAIM);
                PreparedStatement question = connection.prepareStatement(ANSWER)) {
            claim.setString(1, claims);
            claim.execute();
            try (ResultSet row = question.executeQuery()) {
                row.next();
                return Objects.toString(row.getString(1));
            }
        }
    }

    private static Check refused(SQLException failure) {
        String found = "not asked: " + Attempt.reason(failure);
        return Attempt.INSUFFICIENT_PRIVILEGE.equals(failure.getSQLState())
                ? Check.warning(SUBJECT, EXPECTATION, found)
                : new Check(SUBJECT, EXPECTATION, found, Check.Result.FAILED);
    }
}
