package dev.satchel.batchexport.bench;

import dev.satchel.batchexport.bench.encode.EncodeBench;
import dev.satchel.batchexport.bench.export.ExportBench;
import dev.satchel.batchexport.bench.survival.SurvivalBench;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.log.ProgramLog;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * {@code satchel bench}: measures on parts that this process starts and ends, each figure beside what it is to be
 * compared with, in the same run.
 *
 * <p>Ends with 0 when it has measured, whether or not an aim was met; with 1 when something failed or what was measured
 * turned out wrong; with 2 when called wrongly.
 */
@Command(
        name = "satchel bench",
        description = "Measures on parts that it starts itself, and prints ratios.",
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "BENCHMARK",
        commandListHeading = "%nBenchmarks:%n",
        footer = {"", "Exit codes: 0 measured, 1 failed or a check did not hold, 2 wrong call."},
        subcommands = {ProgressBench.class, KeysBench.class, ExportBench.class, EncodeBench.class, SurvivalBench.class})
public final class Bench implements Runnable {

    @Spec
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    private Bench() {}

    public static void main(String[] args) {
        ProgramLog.configure();
        System.exit(run(Console.ofProcess(), args));
    }

    /** Runs one benchmark and returns its exit code. */
    public static int run(Console console, String... args) {
        CommandLine commandLine = new CommandLine(new Bench(), new Benchmarks(console));
        commandLine.setOut(console.help());
        commandLine.setErr(console.err());
        return commandLine.execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a benchmark");
    }

    /** Makes each benchmark with the console it prints to. */
    private record Benchmarks(Console console) implements CommandLine.IFactory {

        @Override
        public <K> K create(Class<K> type) throws Exception {
            try {
                return type.getDeclaredConstructor(Console.class).newInstance(console);
            } catch (NoSuchMethodException notOurs) {
                return CommandLine.defaultFactory().create(type);
            }
        }
    }
}
