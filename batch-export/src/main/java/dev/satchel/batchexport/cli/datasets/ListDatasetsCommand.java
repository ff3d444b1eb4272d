package dev.satchel.batchexport.cli.datasets;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "Prints the datasets, in the order of an export of everything. Needs no database.",
        footerHeading = """

                Examples:
                  satchel datasets list
                  satchel datasets list --json
                """)
final class ListDatasetsCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    ListDatasetsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        PostgresDatasets datasets = new Settings(console.environment()).datasets();
        List<Dataset> all = datasets.catalogue().datasets();
        if (json) {
            console.document(
                    Json.list(all.stream().map(each -> fields(each, datasets)).toList()));
        } else {
            all.forEach(each -> console.out()
                    .printf(
                            Locale.ROOT,
                            "%s  %s  %s%n",
                            each.name(),
                            String.join(", ", datasets.tableNames(each)),
                            each.description()));
        }
        return 0;
    }

    private static Map<String, Object> fields(Dataset dataset, PostgresDatasets datasets) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", dataset.name());
        fields.put("description", dataset.description());
        fields.put("tables", datasets.tableNames(dataset));
        fields.put(
                "filters",
                dataset.filters().stream()
                        .map(filter -> filter.name().toLowerCase(Locale.ROOT))
                        .sorted()
                        .toList());
        return fields;
    }
}
