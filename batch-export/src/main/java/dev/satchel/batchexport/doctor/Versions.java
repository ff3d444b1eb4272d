package dev.satchel.batchexport.doctor;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.database.MigratedSchema;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Words;
import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.ServerCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Whether program, Java, server and schema fit each other. */
final class Versions {

    private Versions() {}

    static Finding program(String version) {
        return Finding.ok("satchel", "version " + version + ", for the schema of version " + SchemaVersion.ofProgram());
    }

    static Finding java() {
        return Finding.ok(
                "java",
                "version " + System.getProperty("java.version") + " of " + System.getProperty("java.vendor")
                        + ", with a heap of at most "
                        + Words.size(Runtime.getRuntime().maxMemory()));
    }

    static Finding postgresql(Connection connection) throws SQLException {
        List<Check> checks = ServerCheck.check(connection);
        for (Check check : checks) {
            String found = check.subject() + ": " + check.found();
            switch (check.result()) {
                case FAILED -> {
                    return Finding.failed("postgresql", found, "What Satchel needs is " + check.expectation() + ".");
                }
                case WARNING, NOTICE -> {
                    return Finding.warning(
                            "postgresql",
                            found,
                            "Run 'satchel verify', and expect that it names differences in how expressions are"
                                    + " printed.");
                }
                case OK -> {
                    continue;
                }
            }
        }
        return Finding.ok("postgresql", "version " + checks.get(0).found() + ", which is supported");
    }

    static Finding schema(Connection connection) throws SQLException {
        if (SchemaVersion.isHidden(connection)) {
            return Finding.notChecked(
                    "schema",
                    "the login may not read which version the schema is at",
                    "Log in as a member of satchel_runtime, or as the owner of Satchel's tables.");
        }
        try {
            MigratedSchema.require(connection, "of DATABASE_URL");
        } catch (SatchelException explained) {
            return Finding.failed(
                    "schema",
                    String.join(" ", explained.lines()),
                    "Until then no export is delivered: 'satchel migrate --dry-run' says what would be done.");
        }
        return Finding.ok("schema", "fits the program");
    }
}
