package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.cli.group.CommandGroup;
import picocli.CommandLine.Command;

@Command(
        name = "export",
        description = "Asks for exports, delivers and cancels them, and shows them.",
        synopsisSubcommandLabel = "COMMAND")
public final class ExportCommand extends CommandGroup {

    ExportCommand() {
        super(
                RequestCommand.class,
                RunCommand.class,
                RetryCommand.class,
                CancelCommand.class,
                ListCommand.class,
                ShowCommand.class,
                LinkCommand.class,
                VerifyFileCommand.class,
                ArchiveCommand.class);
    }
}
