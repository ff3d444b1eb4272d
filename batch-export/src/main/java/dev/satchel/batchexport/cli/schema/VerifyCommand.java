package dev.satchel.batchexport.cli.schema;

import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.SchemaVerification;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        description = {
            "Compares the live schema with what the migrations make. Changes nothing.",
            "Prints one line per check. Ends with 1 when a check fails; a warning is no failure."
        },
        footerHeading = """

                Examples:
                  satchel verify
                  satchel verify --quiet
                  satchel verify --json
                """)
public final class VerifyCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print failed checks and warnings only: nothing when all is as it should be.")
    boolean quiet;

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = new Settings(console.environment());
        DataSource dataSource = settings.database().plain();
        try (Connection reachable = dataSource.getConnection()) {
            SchemaVersion.refuseNewer(reachable);
        }
        List<Check> checks = new ArrayList<>(SchemaVerification.of(dataSource, settings.datasets())
                .withUsersTable(settings.usersTable())
                .checks());
        for (String gap : settings.satchel(dataSource).exportGaps()) {
            checks.add(new Check(
                    "export coverage",
                    "every column with users' data is exported or left out",
                    gap,
                    Check.Result.WARNING));
        }
        List<Check> printed = checks.stream()
                .filter(check -> !quiet || check.result() == Check.Result.WARNING || check.isFailed())
                .toList();
        if (json) {
            console.document(
                    Json.list(printed.stream().map(VerifyCommand::fields).toList()));
        } else {
            printed.stream().flatMap(Check::lines).forEach(console.out()::println);
        }
        if (!json && !quiet) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%d checks, %d failed, %d warnings%n",
                            checks.size(),
                            count(checks, Check.Result.FAILED),
                            count(checks, Check.Result.WARNING));
        }
        return count(checks, Check.Result.FAILED) == 0 ? 0 : 1;
    }

    private static long count(List<Check> checks, Check.Result result) {
        return checks.stream().filter(check -> check.result() == result).count();
    }

    private static Map<String, Object> fields(Check check) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("subject", check.subject());
        fields.put("result", check.result().name().toLowerCase(Locale.ROOT));
        fields.put("expected", check.expectation());
        fields.put("found", check.found());
        return fields;
    }
}
