package dev.satchel.batchexport.bench.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.bench.measure.Host;
import dev.satchel.batchexport.bench.measure.Measurement;
import dev.satchel.batchexport.bench.measure.Meter;
import dev.satchel.batchexport.bench.measure.Report;
import dev.satchel.batchexport.bench.measure.Rounds;
import dev.satchel.batchexport.bench.measure.ServerProcesses;
import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What exports cost, beside what it costs otherwise to read the same rows. */
@Command(
        name = "export",
        description = {
            "Measures the export of one user with many rows, beside COPY, a JDBC cursor and stock Spring Batch",
            "that send the same query as the same role; with --small, one export each of many users with few rows;",
            "with --memory, the memory of a worker; with --parts, what it costs to deliver the export in parts."
        })
public final class ExportBench implements Callable<Integer> {

    private final Console console;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds after one to warm up: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Rows of the one user: ${DEFAULT-VALUE}.")
    int rows;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "What to measure, and the COPY that a format is compared with; everything when left out.")
    List<String> only = List.of();

    @Option(
            names = "--sink",
            paramLabel = "SINK",
            split = ",",
            description = {
                "Where files go: nothing, directory or s3, several for one user.",
                "When left out: nothing; with --small, directory; with --memory, directory and s3."
            })
    List<String> sinks = List.of();

    @Option(names = "--small", description = "Measure 'export run' as a whole, with one export of each of many users.")
    boolean small;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Users for --small: ${DEFAULT-VALUE}.")
    int users;

    @Option(
            names = "--records",
            paramLabel = "N",
            defaultValue = "500",
            description = "Records of each of them: ${DEFAULT-VALUE}.")
    int records;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            defaultValue = BenchUsers.VOCABULARY,
            description = {
                "Their dataset: vocabulary, which joins three tables and has 67 columns, or interactions, with one table and",
                "12 columns; ${DEFAULT-VALUE} when left out."
            })
    String dataset;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "4",
            description = "Exports side by side for --small: ${DEFAULT-VALUE}.")
    int concurrency;

    @Option(names = "--tenfold", description = "With --small, also measure ten times as many users.")
    boolean tenfold;

    @Option(
            names = "--memory",
            description = "Measure the memory of 'export run' with a heap of 64 MB, for a tenth of the rows and for all.")
    boolean memory;

    @Option(
            names = "--parts",
            paramLabel = "N",
            description = {
                "Measure 'export run --watch' after two exports, with the export whole,",
                "and in N parts by one program and by three."
            })
    int parts;

    @Option(
            names = "--index",
            paramLabel = "COLUMNS",
            description = {
                "An index for the table of interactions, such as 'btree (user_id, timestamp, id)', which has the order",
                "of the file; not with --small or --memory."
            })
    String index = "";

    @Option(
            names = "--json",
            description = "Print one line of JSON for each measurement, and the table to standard error.")
    boolean json;

    public ExportBench(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        check();
        try (SampleDatabase database = SampleDatabase.createDurable();
                Sinks places = Sinks.open(sinks())) {
            Host host = Host.of(database);
            report(String.format(
                    Locale.ROOT,
                    "commit %s%s, %s, PostgreSQL %s, %s, %d processors",
                    host.commit(),
                    host.dirty() ? " with changes" : "",
                    host.jvm(),
                    host.server(),
                    host.cpu(),
                    host.processors()));
            console.err().println("filling a database");
            BenchUsers made = new BenchUsers(database);
            if (small) {
                small(database, made, host, places);
            } else if (memory) {
                memory(database, made, places);
            } else if (parts > 0) {
                divided(database, made, host, places);
            } else {
                large(database, made, host, places);
            }
            return 0;
        }
    }

    private void large(SampleDatabase database, BenchUsers made, Host host, Sinks places)
            throws SQLException, IOException {
        if (only.contains(LargeExport.COPY_JSON) && host.serverNumber() < LargeExport.COPY_KNOWS_JSON) {
            report(LargeExport.COPY_JSON + " is left out: PostgreSQL writes JSON in COPY from version 19 on, and this is "
                    + host.server());
        }
        UserId user = made.addInteractive(rows);
        indexed(made);
        ready(database, made);
        Rounds contest = new Rounds(
                LargeExport.contestants(database, host.serverNumber(), user, rows, only, sinks(), places),
                new Meter(ServerProcesses.of(database)),
                rows,
                measurement -> progress(host, measurement));
        Report report = new Report(contest.measure(rounds));
        report.table().forEach(this::report);
        report.ratios(LargeExport.ratios()).forEach(this::report);
    }

    private void small(SampleDatabase database, BenchUsers made, Host host, Sinks places)
            throws SQLException, IOException {
        made.addStudents(0, users, dataset, records);
        ready(database, made);
        new SmallExports(
                        database,
                        places,
                        new Meter(ServerProcesses.of(database)),
                        concurrency,
                        dataset,
                        measurement -> progress(host, measurement),
                        this::report)
                .measure(made, users, records, sinks().get(0), rounds, tenfold);
    }

    private void memory(SampleDatabase database, BenchUsers made, Sinks places) throws SQLException, IOException {
        UserId few = made.addInteractive(Math.max(1, rows / 10));
        UserId many = made.addInteractive(rows);
        ready(database, made);
        new MemoryBench(database, places, this::report)
                .measure(few, many, LargeExport.DATASET, only.isEmpty() ? LargeExport.formats() : only, sinks());
    }

    private void divided(SampleDatabase database, BenchUsers made, Host host, Sinks places)
            throws SQLException, IOException {
        UserId user = made.addInteractive(rows);
        indexed(made);
        ready(database, made);
        new DividedExport(
                        database,
                        places,
                        new Meter(ServerProcesses.of(database)),
                        measurement -> progress(host, measurement),
                        this::report)
                .measure(user, rows, parts, sinks().get(0), rounds);
    }

    private void indexed(BenchUsers made) throws SQLException {
        if (!index.isEmpty()) {
            made.index(index);
        }
    }

    // Satchel comes after the rows, so that its triggers do not slow the filling.
    private static void ready(SampleDatabase database, BenchUsers made) throws SQLException {
        new Migration(database.ownerDataSource()).migrate();
        database.ensureWorker();
        made.tidy();
    }

    private List<String> sinks() {
        if (!sinks.isEmpty()) {
            return sinks;
        }
        if (memory) {
            return List.of(Sinks.DIRECTORY, Sinks.S3);
        }
        return List.of(small || parts > 0 ? Sinks.DIRECTORY : Sinks.NOTHING);
    }

    private void check() {
        atLeastOne("--rounds", rounds);
        atLeastOne("--rows", rows);
        atLeastOne("--users", users);
        atLeastOne("--records", records);
        atLeastOne("--concurrency", concurrency);
        only.forEach(name -> oneOf("--only", name, memory ? LargeExport.formats() : LargeExport.names()));
        sinks.forEach(name ->
                oneOf("--sink", name, small || memory || parts > 0 ? List.of(Sinks.DIRECTORY, Sinks.S3) : Sinks.NAMES));
        oneOf("--dataset", dataset, List.of(BenchUsers.VOCABULARY, BenchUsers.INTERACTIONS));
        refuse(small && memory, "--small and --memory exclude each other");
        refuse(small && !only.isEmpty(), "--only is not for --small, which measures 'export run'");
        refuse(small && sinks.size() > 1, "--small writes to one sink");
        refuse(parts < 0 || parts == 1, "--parts must be at least 2, was " + parts);
        refuse(parts > 0 && (small || memory), "--parts excludes --small and --memory");
        refuse(parts > 0 && !only.isEmpty(), "--only is not for --parts, which measures 'export run'");
        refuse(parts > 0 && sinks.size() > 1, "--parts writes to one sink");
        refuse((small || memory) && !index.isEmpty(), "--index is not for --small and --memory");
        refuse(tenfold && !small, "--tenfold needs --small");
        refuse(json && memory, "--json is not for --memory, which measures no rounds");
    }

    private void atLeastOne(String option, int value) {
        refuse(value < 1, option + " must be at least 1, was " + value);
    }

    private void oneOf(String option, String value, List<String> expected) {
        refuse(
                !expected.contains(value),
                option + " must be one of " + String.join(", ", expected) + ", was '" + value + "'");
    }

    private void refuse(boolean wrong, String message) {
        if (wrong) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void progress(Host host, Measurement measured) {
        if (json && measured.round() > 0) {
            console.out().println(JsonRecord.of(host, measured));
        }
        console.err()
                .println(String.format(
                        Locale.ROOT,
                        "%s: %s to %s in %.3f s",
                        measured.round() == 0 ? "warm-up" : "round " + measured.round(),
                        measured.contestant(),
                        measured.sink(),
                        measured.cost().seconds()));
    }

    private void report(String line) {
        (json ? console.err() : console.out()).println(line);
    }
}
