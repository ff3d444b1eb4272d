package dev.satchel.batchexport.cli.keys;

import dev.satchel.batchexport.cli.group.CommandGroup;
import picocli.CommandLine.Command;

@Command(
        name = "keys",
        description = "Keeps the keys that users entrust: sealed, and never printed.",
        synopsisSubcommandLabel = "COMMAND")
public final class KeysCommand extends CommandGroup {

    KeysCommand() {
        super(
                InitKeysCommand.class,
                SetKeyCommand.class,
                ListKeysCommand.class,
                RemoveKeyCommand.class,
                ValidateKeysCommand.class,
                RotateKeysCommand.class,
                AdoptKeysCommand.class);
    }
}
