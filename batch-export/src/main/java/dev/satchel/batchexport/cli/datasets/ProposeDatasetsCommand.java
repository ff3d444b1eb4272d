package dev.satchel.batchexport.cli.datasets;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "propose",
        description = {
            "Follows foreign keys from the table of users and drafts a file of datasets for what is not known yet.",
            "Columns that look like secrets are left out. Changes nothing, and reads no row."
        },
        footerHeading = """

                Example:
                  satchel datasets propose > datasets.yaml
                """)
final class ProposeDatasetsCommand implements Callable<Integer> {

    private final Console console;

    @Option(
            names = "--schema",
            paramLabel = "SCHEMA",
            description = "Look in this schema too, besides public and those of known datasets; may be repeated.")
    List<String> schemas = new ArrayList<>();

    ProposeDatasetsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = new Settings(console.environment());
        console.document(settings.satchel(settings.database().plain()).proposedDatasets(schemas));
        return 0;
    }
}
