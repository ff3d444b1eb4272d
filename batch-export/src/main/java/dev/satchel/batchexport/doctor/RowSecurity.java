package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.ServerVersion;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.ContractCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Whether the policies of Satchel's tables are on and say what {@code migrate} made: a part of {@code verify}. */
final class RowSecurity {

    private static final String CHECK = "row security";

    private static final List<String> SUBJECTS = List.of(
            "row security of ", "policy ", "USING of policy ", "WITH CHECK of policy ", "answers of auth.uid()");

    private RowSecurity() {}

    static Finding look(Connection connection) throws SQLException {
        if (!ServerVersion.of(connection).isTried()) {
            return Finding.notChecked(
                    CHECK,
                    "PostgreSQL " + ServerVersion.of(connection) + " may print policies in a way of its own",
                    "Run 'satchel verify', and read its differences.");
        }
        List<Check> checks;
        try {
            SchemaTransaction.begin(connection);
            checks = ContractCheck.check(connection).stream()
                    .filter(check -> SUBJECTS.stream().anyMatch(check.subject()::startsWith))
                    .toList();
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        List<Check> failed = checks.stream().filter(Check::isFailed).toList();
        return failed.isEmpty()
                ? Finding.ok(CHECK, checks.size() + " facts about policies are as 'satchel migrate' makes them")
                : Finding.failed(
                        CHECK,
                        "users may see each other's rows, or not their own: "
                                + failed.stream()
                                        .map(check -> check.subject() + ": expected " + check.expectation() + ", found "
                                                + check.found())
                                        .collect(Collectors.joining("; ")),
                        "Run 'satchel migrate --dry-run', read its statements, then 'satchel migrate' as the owner of the"
                                + " tables.");
    }
}
