package dev.satchel.batchexport.cli;

import java.util.List;
import picocli.CommandLine;

/** The examples of a command, which its help prints below the options, in the heading of the footer. */
final class Examples {

    private Examples() {}

    /** The calls as they are typed, in their order. */
    static List<String> of(CommandLine command) {
        return String.format(command.getCommandSpec().usageMessage().footerHeading())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.matches("Examples?:"))
                .toList();
    }
}
