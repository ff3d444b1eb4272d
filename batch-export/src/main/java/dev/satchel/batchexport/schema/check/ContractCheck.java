package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.SchemaContract;
import dev.satchel.batchexport.schema.catalog.SchemaFacts;
import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import dev.satchel.batchexport.schema.catalog.ServerVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Compares what the database holds of Satchel's with what the migrations make, in both directions: what is missing or
 * different, and what somebody added.
 */
public final class ContractCheck {

    // What an adoption or an archiving rollback keeps, which differs from database to database.
    private static final String KEPT = "kept ";
    private static final String CLOSED = "closed to the API roles";

    // Servers before 15 do not know the option: there the view has its owner's rights, and its WHERE is the wall.
    private static final String SECURITY_INVOKER = "security_invoker of view ";
    private static final int SECURITY_INVOKER_SINCE = 150000;

    private ContractCheck() {}

    public static List<Check> check(Connection connection) throws SQLException {
        SchemaFacts live = SchemaFacts.read(connection);
        ServerVersion server = ServerVersion.of(connection);
        SchemaContract contract = SchemaContract.forDatabase(connection);
        List<Check> checks = new ArrayList<>();
        contract.facts().forEach((subject, expected) -> {
            if (server.number() >= SECURITY_INVOKER_SINCE || !subject.startsWith(SECURITY_INVOKER)) {
                checks.add(Check.of(subject, expected, live.bySubject().getOrDefault(subject, Check.NOTHING)));
            }
        });
        live.bySubject().forEach((subject, found) -> {
            if (!contract.has(subject)) {
                checks.add(Check.of(subject, subject.startsWith(KEPT) ? CLOSED : Check.NOTHING, found));
            }
        });
        if (SchemaVersion.isHidden(connection)) {
            checks.removeIf(ContractCheck::isAboutAMigration);
            checks.add(Check.warning(
                    "migrations",
                    "applied",
                    "not looked at, because the login may not read satchel.flyway_schema_history: log in as the owner"
                            + " of Satchel's tables, or as a member of satchel_runtime"));
        }
        Set<String> leftOut = FollowedTables.leftOut(connection);
        checks.removeIf(
                check -> leftOut.stream().anyMatch(table -> check.subject().endsWith(" on " + table)));
        checks.addAll(AuthUid.check(connection));
        return checks;
    }

    /** Whether the check is about a file in the history of the migrations. */
    public static boolean isAboutAMigration(Check check) {
        return check.subject().startsWith(SchemaFacts.MIGRATION);
    }

    /** What differs from what the migrations make, but for the history of the migrations itself. */
    public static List<Check> differences(Connection connection) throws SQLException {
        return ServerVersion.of(connection).isTried()
                ? check(connection).stream()
                        .filter(check -> check.isFailed() && !isAboutAMigration(check))
                        .toList()
                : List.of();
    }
}
