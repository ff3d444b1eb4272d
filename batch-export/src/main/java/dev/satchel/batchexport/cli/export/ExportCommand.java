package dev.satchel.batchexport.cli.export;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        description = "Asks for exports, delivers and cancels them, and shows them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RequestCommand.class,
            RunCommand.class,
            RetryCommand.class,
            CancelCommand.class,
            ListCommand.class,
            ShowCommand.class,
            LinkCommand.class,
            VerifyFileCommand.class,
            ArchiveCommand.class
        })
public final class ExportCommand implements Callable<Integer> {

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(commandLine(), "a command is missing after 'export'");
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls");
        }
        return spec.commandLine();
    }
}
