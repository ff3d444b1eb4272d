package dev.satchel.batchexport.cli.store;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "store",
        description = "Shows the stores that exports were written to, and tells the database which to expect.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ListStoresCommand.class, InitStoreCommand.class, ForgetStoreCommand.class})
public final class StoreCommand implements Callable<Integer> {

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(commandLine(), "a command is missing after 'store'");
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls");
        }
        return spec.commandLine();
    }
}
