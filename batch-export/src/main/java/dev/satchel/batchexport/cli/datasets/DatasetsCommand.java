package dev.satchel.batchexport.cli.datasets;

import dev.satchel.batchexport.cli.group.CommandGroup;
import picocli.CommandLine.Command;

@Command(
        name = "datasets",
        description = {
            "Shows which of the application's tables exports hold, checks that, and drafts what is missing.",
            "The setting SATCHEL_DATASETS names the file, or the directory of files, that changes the built-in datasets."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class DatasetsCommand extends CommandGroup {

    DatasetsCommand() {
        super(
                ListDatasetsCommand.class,
                ShowDatasetCommand.class,
                CheckDatasetsCommand.class,
                ProposeDatasetsCommand.class);
    }
}
