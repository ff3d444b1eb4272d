package dev.satchel.batchexport.cli;

import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = {
            "Prints a script that completes commands and options in a shell.",
            "The distribution holds the same scripts under share, where a package installs them."
        },
        footerHeading =
                "%nExamples:%n" //
                        + "  satchel completion bash > ~/.local/share/bash-completion/completions/satchel%n"
                        + "  satchel completion zsh > /usr/local/share/zsh/site-functions/_satchel%n")
final class CompletionCommand implements Callable<Integer> {

    private static final String BASH = "bash";
    private static final String ZSH = "zsh";

    private final Console console;

    @Parameters(paramLabel = "SHELL", completionCandidates = Shells.class, description = "The shell: bash or zsh.")
    String shell = "";

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        CommandLine satchel = SatchelCommand.commandLine(console);
        console.document(
                switch (shell) {
                    case BASH -> bash(satchel);
                    case ZSH -> zsh(satchel);
                    default -> throw new UsageException("unknown shell '" + shell + "': expected bash or zsh");
                });
        return 0;
    }

    /** The script for bash, to be sourced or put into a folder of bash-completion. */
    static String bash(CommandLine satchel) {
        return AutoComplete.bash(satchel.getCommandName(), satchel);
    }

    /** The script for zsh, to be sourced or put into a folder of {@code fpath}. */
    static String zsh(CommandLine satchel) {
        String name = satchel.getCommandName();
        // Found through fpath, the script runs as a function at the first completion, which it then has to answer.
        return "#compdef " + name + "\n" + bash(satchel) + "\nif [ \"${funcstack[1]-}\" = _" + name
                + " ]; then\n  _bash_complete -o default -F _complete_" + name + "\nfi\n";
    }

    /** The shells that there are scripts for. */
    static final class Shells implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return List.of(BASH, ZSH).iterator();
        }
    }
}
