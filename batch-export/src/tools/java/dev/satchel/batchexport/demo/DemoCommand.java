package dev.satchel.batchexport.demo;

import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.log.ProgramLog;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code satchel demo}: what Satchel does, on a database and an S3 server that this process starts and ends. */
@Command(
        name = "satchel demo",
        description = "Shows Satchel at work on a PostgreSQL and an S3 server that it starts itself.",
        footer = {"", "Exit codes: 0 shown, 1 a step failed, 2 wrong call."})
public final class DemoCommand implements Callable<Integer> {

    private final PrintWriter out;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    // Named by the launcher.
    @Option(names = "--objects", paramLabel = "FOLDER", required = true, hidden = true)
    Path objects;

    private DemoCommand(PrintWriter out) {
        this.out = out;
    }

    public static void main(String[] args) {
        ProgramLog.configure();
        System.exit(run(Console.ofProcess(), args));
    }

    /** Runs the command and returns its exit code. */
    static int run(Console console, String... args) {
        CommandLine commandLine = new CommandLine(new DemoCommand(new PrintWriter(System.out, true)));
        commandLine.setOut(console.help());
        commandLine.setErr(console.err());
        return commandLine.execute(args);
    }

    @Override
    public Integer call() throws Exception {
        return Demo.run(objects, out);
    }
}
