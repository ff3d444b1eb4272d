package dev.satchel.batchexport.cli;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.cli.datasets.DatasetsCommand;
import dev.satchel.batchexport.cli.doctor.DoctorCommand;
import dev.satchel.batchexport.cli.export.CleanUpCommand;
import dev.satchel.batchexport.cli.export.ExportCommand;
import dev.satchel.batchexport.cli.group.CommandGroup;
import dev.satchel.batchexport.cli.keys.KeysCommand;
import dev.satchel.batchexport.cli.progress.ProgressCommand;
import dev.satchel.batchexport.cli.report.ReportCommand;
import dev.satchel.batchexport.cli.schema.DiagramCommand;
import dev.satchel.batchexport.cli.schema.MigrateCommand;
import dev.satchel.batchexport.cli.schema.RollbackCommand;
import dev.satchel.batchexport.cli.schema.TypesCommand;
import dev.satchel.batchexport.cli.schema.VerifyCommand;
import dev.satchel.batchexport.cli.serve.ServeCommand;
import dev.satchel.batchexport.cli.store.StoreCommand;
import dev.satchel.batchexport.settings.SettingNames;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import java.lang.reflect.Constructor;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command above all others. */
@Command(
        name = "satchel",
        description = "Delivers learners' exports from PostgreSQL to a store, and removes them when they expire.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Exit codes: 0 done, 1 failed or a check did not hold, 2 wrong call."})
public final class SatchelCommand extends CommandGroup {

    private final Console console;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "When something fails, print where. The trace may quote what the database said.")
    boolean stacktrace;

    private SatchelCommand(Console console) {
        super(
                MigrateCommand.class,
                VerifyCommand.class,
                DoctorCommand.class,
                ReportCommand.class,
                RollbackCommand.class,
                ExportCommand.class,
                CleanUpCommand.class,
                ServeCommand.class,
                StoreCommand.class,
                DatasetsCommand.class,
                KeysCommand.class,
                ProgressCommand.class,
                TypesCommand.class,
                DiagramCommand.class,
                CompletionCommand.class);
        this.console = console;
    }

    /** Runs one command and returns its exit code. Throws nothing. */
    public static int run(Console console, String... args) {
        return commandLine(console, List.of(args)).execute(args);
    }

    /** With all commands. */
    static CommandLine commandLine(Console console) {
        return commandLine(console, List.of());
    }

    /** With the command that the words name, or with all below the last group that they name. */
    static CommandLine commandLine(Console console, List<String> words) {
        SatchelCommand satchel = new SatchelCommand(console);
        Commands factory = new Commands(console);
        CommandLine commandLine = new CommandLine(satchel, factory);
        satchel.add(commandLine, words, factory);
        commandLine.setOut(console.help());
        commandLine.setErr(console.err());
        commandLine.setCaseInsensitiveEnumValuesAllowed(false);
        commandLine.setParameterExceptionHandler((refused, args) -> refuse(console, refused));
        commandLine.setExecutionExceptionHandler((thrown, command, parsed) -> satchel.fail(thrown));
        commandLine.setExecutionStrategy(satchel::execute);
        return commandLine;
    }

    private int execute(ParseResult parsed) {
        refuseUnmatched(parsed);
        boolean isHelpRequested = parsed.asCommandLineList().stream()
                .map(CommandLine::getParseResult)
                .anyMatch(given -> given.isUsageHelpRequested() || given.isVersionHelpRequested());
        if (!isHelpRequested) {
            try {
                SettingNames.check(console.environment(), console.properties());
            } catch (UsageException unknown) {
                return fail(unknown);
            }
        }
        return new RunLast().execute(parsed);
    }

    // Where help is asked for, picocli forgives every other argument, and would hide a misspelt command from a script.
    private static void refuseUnmatched(ParseResult parsed) {
        for (CommandLine command : parsed.asCommandLineList()) {
            List<String> unmatched = command.getParseResult().unmatched();
            if (!unmatched.isEmpty()) {
                throw new UnmatchedArgumentException(command, unmatched);
            }
        }
    }

    @Override
    protected String missing(String name) {
        return "a command is missing";
    }

    private static int refuse(Console console, ParameterException refused) {
        CommandLine command = refused.getCommandLine();
        command.getErr().println("satchel: " + refused.getMessage());
        List<String> meant = refused instanceof UnmatchedArgumentException unmatched
                ? Misspelling.of(unmatched).meant(() -> commandLine(console))
                : List.of();
        command.getErr()
                .println(
                        meant.isEmpty()
                                ? "Try '" + command.getCommandSpec().qualifiedName() + " --help'."
                                : "Did you mean '" + String.join("' or '", meant) + "'?");
        return ExitCode.USAGE;
    }

    private int fail(Exception thrown) {
        List<String> lines = Problems.lines(thrown);
        console.err().println("satchel: " + lines.get(0));
        lines.stream().skip(1).forEach(console.err()::println);
        if (stacktrace) {
            thrown.printStackTrace(console.err());
        }
        return thrown instanceof SatchelException explained ? explained.exitCode() : ExitCode.SOFTWARE;
    }

    /** Makes each command with the console it works on. */
    private record Commands(Console console) implements CommandLine.IFactory {

        @Override
        public <K> K create(Class<K> type) throws Exception {
            try {
                Constructor<K> constructor = type.getDeclaredConstructor(Console.class);
                // A command is made here only: its constructor is not public.
                constructor.setAccessible(true);
                return constructor.newInstance(console);
            } catch (NoSuchMethodException notOurs) {
                return CommandLine.defaultFactory().create(type);
            }
        }
    }
}
