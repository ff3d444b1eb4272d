package dev.satchel.batchexport.cli.progress;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "progress",
        description = "Shows users' progress, and finds and repairs what is wrong with it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ShowProgressCommand.class, ReconcileCommand.class})
public final class ProgressCommand implements Callable<Integer> {

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(commandLine(), "a command is missing after 'progress'");
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls");
        }
        return spec.commandLine();
    }
}
