package dev.satchel.batchexport.bench.encode;

import dev.satchel.UserId;
import dev.satchel.batchexport.bench.export.BenchUsers;
import dev.satchel.batchexport.bench.export.peer.UserQuery;
import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.records.RecordedCopy;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What decoding and encoding cost and how much garbage they make, without a database. */
@Command(
        name = "encode",
        description = {
            "Measures, with JMH, nanoseconds and bytes of garbage per record of decoding what COPY sends",
            "and of encoding it as CSV and JSON Lines."
        })
public final class EncodeBench implements Callable<Integer> {

    private static final String GARBAGE = "gc.alloc.rate.norm";

    private final Console console;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "2",
            description = "JVMs for each benchmark; 0 measures in this one. ${DEFAULT-VALUE} when left out.")
    int forks;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            defaultValue = "5",
            description = "Measurements in each JVM, after as many to warm up: ${DEFAULT-VALUE}.")
    int iterations;

    @Option(
            names = "--millis",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Milliseconds of each: ${DEFAULT-VALUE}.")
    int millis;

    public EncodeBench(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException, RunnerException {
        atLeast("--forks", forks, 0);
        atLeast("--iterations", iterations, 1);
        atLeast("--millis", millis, 1);
        Path recording = Files.createTempFile("satchel-bench", ".copy");
        try {
            record(recording);
            measure(recording);
        } finally {
            Files.delete(recording);
        }
        return 0;
    }

    private static void record(Path recording) throws SQLException, IOException {
        try (SampleDatabase database = SampleDatabase.createDurable()) {
            UserId user = new BenchUsers(database).addInteractive(EncodeBenchmark.RECORDS);
            new Migration(database.ownerDataSource()).migrate();
            database.ensureWorker();
            UserQuery query = UserQuery.of(database, user, EncodeBenchmark.DATASET);
            try (Connection connection = query.begin();
                    OutputStream out = new BufferedOutputStream(Files.newOutputStream(recording))) {
                RecordedCopy.of(connection, "COPY (" + query.select() + ") TO STDOUT (FORMAT binary)")
                        .write(out);
            }
        }
    }

    private void measure(Path recording) throws RunnerException {
        TimeValue time = TimeValue.milliseconds(millis);
        OptionsBuilder options = new OptionsBuilder();
        options.include(EncodeBenchmark.class.getName())
                .param("recording", recording.toString())
                .addProfiler(GCProfiler.class)
                .forks(forks)
                .warmupIterations(iterations)
                .warmupTime(time)
                .measurementIterations(iterations)
                .measurementTime(time)
                .shouldFailOnError(true);
        console.err().println("measuring");
        for (RunResult result : new Runner(
                        options.build(), OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT))
                .run()) {
            Result<?> average = result.getPrimaryResult();
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%-14s %8.1f ns per record (± %.1f)  %,12.0f records/s  %10.3f bytes of garbage per record",
                            average.getLabel(),
                            average.getScore(),
                            average.getScoreError(),
                            1e9 / average.getScore(),
                            garbage(result)));
        }
    }

    private static double garbage(RunResult result) {
        return result.getSecondaryResults().keySet().stream()
                .filter(name -> name.endsWith(GARBAGE))
                .mapToDouble(name -> result.getSecondaryResults().get(name).getScore())
                .findFirst()
                .orElse(Double.NaN);
    }

    private void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new ParameterException(
                    spec.commandLine(), option + " must be at least " + least + ", was " + value);
        }
    }
}
