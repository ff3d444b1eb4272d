package dev.satchel.batchexport.cli;

import dev.satchel.batchexport.terminal.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;

/**
 * Writes the files by which a shell knows the program, for the distribution: completions and the manual page. The build
 * runs it, without a database or a store.
 */
public final class ShellFiles {

    private ShellFiles() {}

    /** Writes into the folder that the argument names, as a folder {@code share} has them. */
    public static void main(String[] args) throws IOException {
        PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
        CommandLine satchel = SatchelCommand.commandLine(
                new Console(Map.of(), InputStream.nullInputStream(), nowhere, nowhere, false));
        Path share = Path.of(args[0]);
        write(share.resolve("bash-completion/completions/satchel"), CompletionCommand.bash(satchel));
        write(share.resolve("zsh/site-functions/_satchel"), CompletionCommand.zsh(satchel));
        write(share.resolve("man/man1/satchel.1"), ManualPage.of(satchel));
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, content);
    }
}
