package dev.satchel.batchexport.cli.keys;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "keys",
        description = "Keeps the keys that users entrust: sealed, and never printed.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            InitKeysCommand.class,
            SetKeyCommand.class,
            ListKeysCommand.class,
            RemoveKeyCommand.class,
            ValidateKeysCommand.class,
            RotateKeysCommand.class,
            AdoptKeysCommand.class
        })
public final class KeysCommand implements Callable<Integer> {

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(commandLine(), "a command is missing after 'keys'");
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls");
        }
        return spec.commandLine();
    }
}
