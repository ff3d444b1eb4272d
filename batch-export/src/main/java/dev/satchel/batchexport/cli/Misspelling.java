package dev.satchel.batchexport.cli;

import dev.satchel.batchexport.terminal.NearestName;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command or an option that there is none of, and what may have been meant. */
record Misspelling(CommandLine command, String word) {

    static Misspelling of(UnmatchedArgumentException refused) {
        return new Misspelling(
                refused.getCommandLine(), refused.getUnmatched().get(0).replaceFirst("=.*", ""));
    }

    /**
     * The nearest option, the nearest command below this one, or the commands of that name elsewhere.
     *
     * @param satchel the program with all commands, which this call needs not have
     */
    List<String> meant(Supplier<CommandLine> satchel) {
        if (word.startsWith("-")) {
            // Any two options of one letter are near to each other.
            List<String> written = command.getCommandSpec().optionsMap().keySet().stream()
                    .filter(option -> option.startsWith("--"))
                    .toList();
            return word.startsWith("--")
                    ? NearestName.to(word, written).stream().toList()
                    : List.of();
        }
        Optional<String> below = NearestName.to(word, command.getSubcommands().keySet());
        return below.isPresent()
                ? List.of(command.getCommandSpec().qualifiedName() + " " + below.get())
                : elsewhere(satchel.get()).toList();
    }

    private Stream<String> elsewhere(CommandLine above) {
        return above.getSubcommands().values().stream()
                .flatMap(each -> Stream.concat(
                        each.getCommandName().equals(word)
                                ? Stream.of(each.getCommandSpec().qualifiedName())
                                : Stream.empty(),
                        elsewhere(each)));
    }
}
