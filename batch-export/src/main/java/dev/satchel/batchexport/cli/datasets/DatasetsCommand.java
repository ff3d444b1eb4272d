package dev.satchel.batchexport.cli.datasets;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "datasets",
        description = {
            "Shows which of the application's tables exports hold, checks that, and drafts what is missing.",
            "The setting SATCHEL_DATASETS names the file, or the directory of files, that changes the built-in datasets."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ListDatasetsCommand.class,
            ShowDatasetCommand.class,
            CheckDatasetsCommand.class,
            ProposeDatasetsCommand.class
        })
public final class DatasetsCommand implements Callable<Integer> {

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(commandLine(), "a command is missing after 'datasets'");
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls");
        }
        return spec.commandLine();
    }
}
