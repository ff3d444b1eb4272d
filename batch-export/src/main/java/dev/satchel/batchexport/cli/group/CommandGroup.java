package dev.satchel.batchexport.cli.group;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command that only holds other commands.
 *
 * <p>It does not declare them to picocli, which would make all of them at every start: by reflection, a millisecond for
 * each. {@link #add} makes those that are needed.
 */
public abstract class CommandGroup implements Callable<Integer> {

    private final List<Class<?>> commands;

    @Spec
    @Nullable
    CommandSpec spec;

    /** @param commands those below this one, in the order of the help */
    protected CommandGroup(Class<?>... commands) {
        this.commands = List.of(commands);
    }

    /**
     * Makes the command that the first of the words names, and below it the one that the second names, and so on. Where a
     * word is another one (misspelt, an option, or not there), it makes all commands of that group with all below them, for
     * the help and for what may have been meant.
     *
     * @param above the command line of this group
     */
    public void add(CommandLine above, List<String> words, IFactory factory) {
        String word = words.isEmpty() ? "" : words.get(0);
        Optional<Class<?>> named = commands.stream()
                .filter(command -> command.getAnnotation(Command.class).name().equals(word))
                .findFirst();
        List<String> below = named.isPresent() ? words.subList(1, words.size()) : List.of();
        for (Class<?> command : named.<List<Class<?>>>map(List::of).orElse(commands)) {
            CommandLine made = new CommandLine(command, factory);
            above.addSubcommand(made);
            if (made.getCommand() instanceof CommandGroup group) {
                group.add(made, below, factory);
            }
        }
    }

    @Override
    public final Integer call() {
        throw new ParameterException(spec().commandLine(), missing(spec().name()));
    }

    /** What is said where none of the commands is given. */
    protected String missing(String name) {
        return "a command is missing after '" + name + "'";
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls");
        }
        return spec;
    }
}
