package dev.satchel.batchexport.cli.progress;

import dev.satchel.batchexport.cli.group.CommandGroup;
import picocli.CommandLine.Command;

@Command(
        name = "progress",
        description = "Shows users' progress, and finds and repairs what is wrong with it.",
        synopsisSubcommandLabel = "COMMAND")
public final class ProgressCommand extends CommandGroup {

    ProgressCommand() {
        super(ShowProgressCommand.class, ReconcileCommand.class);
    }
}
