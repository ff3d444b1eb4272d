package dev.satchel.batchexport.cli.datasets;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Prints the columns of a dataset, those that are left out, and why. Needs no database.",
        footerHeading = """

                Example:
                  satchel datasets show sessions
                """)
final class ShowDatasetCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "NAME", description = "The name of the dataset.")
    String name = "";

    ShowDatasetCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        PostgresDatasets datasets = new Settings(console.environment()).datasets();
        Dataset dataset = datasets.catalogue()
                .find(name)
                .orElseThrow(() -> new UsageException("unknown dataset '" + name + "': expected one of "
                        + datasets.catalogue().names()));
        datasets.lines(dataset).forEach(console.out()::println);
        return 0;
    }
}
