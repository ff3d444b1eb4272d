package dev.satchel.batchexport.cli.store;

import dev.satchel.batchexport.cli.group.CommandGroup;
import picocli.CommandLine.Command;

@Command(
        name = "store",
        description = "Shows the stores that exports were written to, and tells the database which to expect.",
        synopsisSubcommandLabel = "COMMAND")
public final class StoreCommand extends CommandGroup {

    StoreCommand() {
        super(ListStoresCommand.class, InitStoreCommand.class, ForgetStoreCommand.class);
    }
}
