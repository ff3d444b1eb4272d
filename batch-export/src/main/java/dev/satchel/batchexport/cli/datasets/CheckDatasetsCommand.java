package dev.satchel.batchexport.cli.datasets;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.record.DatasetFinding;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = {
            "Compares the datasets with the tables of the database. Changes nothing, and reads no row.",
            "Prints one line per finding. Ends with 1 when there is one."
        },
        footerHeading = """

                Examples:
                  satchel datasets check
                  satchel datasets check --json
                """)
final class CheckDatasetsCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    CheckDatasetsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = new Settings(console.environment());
        List<DatasetFinding> findings =
                settings.satchel(settings.database().plain()).datasetFindings();
        if (json) {
            console.document(Json.list(
                    findings.stream().map(CheckDatasetsCommand::fields).toList()));
        } else {
            findings.forEach(each -> console.out().println(line(each)));
            console.out().println(findings.size() == 1 ? "1 finding" : findings.size() + " findings");
        }
        return findings.isEmpty() ? 0 : 1;
    }

    private static String line(DatasetFinding finding) {
        String of = finding.dataset().isEmpty() ? "" : finding.dataset() + ": ";
        return finding.kind().code() + "  " + of + finding.problem() + "; " + finding.remedy();
    }

    private static Map<String, Object> fields(DatasetFinding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("dataset", finding.dataset());
        fields.put("kind", finding.kind().code());
        fields.put("problem", finding.problem());
        fields.put("remedy", finding.remedy());
        return fields;
    }
}
