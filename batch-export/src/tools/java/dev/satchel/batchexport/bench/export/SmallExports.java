package dev.satchel.batchexport.bench.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.bench.export.peer.BatchJobs;
import dev.satchel.batchexport.bench.export.peer.CopyOfEach;
import dev.satchel.batchexport.bench.export.peer.UserQuery;
import dev.satchel.batchexport.bench.measure.Measurement;
import dev.satchel.batchexport.bench.measure.Meter;
import dev.satchel.batchexport.bench.measure.Quartiles;
import dev.satchel.batchexport.bench.measure.Report;
import dev.satchel.batchexport.bench.measure.Rounds;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Many users with few rows each: {@code export run} as a whole, beside one job of Spring Batch and one bare COPY for each user. */
final class SmallExports {

    private static final double TENFOLD_AIM = 10.5;
    private static final int TENFOLD = 10;

    private final SampleDatabase database;
    private final Sinks sinks;
    private final Meter meter;
    private final int concurrency;
    private final String dataset;
    private final Consumer<Measurement> measured;
    private final Consumer<String> out;

    SmallExports(
            SampleDatabase database,
            Sinks sinks,
            Meter meter,
            int concurrency,
            String dataset,
            Consumer<Measurement> measured,
            Consumer<String> out) {
        this.database = database;
        this.sinks = sinks;
        this.meter = meter;
        this.concurrency = concurrency;
        this.dataset = dataset;
        this.measured = measured;
        this.out = out;
    }

    /** The users must be the only ones in the database. */
    void measure(BenchUsers users, int number, int records, String sink, int rounds, boolean tenfold)
            throws SQLException, IOException {
        List<UserId> students = BenchUsers.students(number);
        ExportRun run = new ExportRun(database, sink, sinks, dataset, concurrency);
        List<UserQuery> queries = UserQuery.of(database, students, dataset);
        BatchJobs jobs = new BatchJobs(queries, concurrency, sinks.folder());
        CopyOfEach floor = new CopyOfEach(queries, concurrency);
        Report report = new Report(
                new Rounds(List.of(run, jobs, floor), meter, (long) number * records, measured).measure(rounds));
        report.table().forEach(out);
        report.exportsPerSecond().forEach(out);
        report.ratios(List.of(
                        new Report.Ratio("batch-jobs", Sinks.DIRECTORY, "export-run", sink, Report.Aim.atLeast(TENFOLD)),
                        new Report.Ratio("export-run", sink, "copy-each", Sinks.NOTHING, Report.Aim.NONE)))
                .forEach(out);
        // The first run was the warm-up.
        List<Double> seconds = run.delivering().subList(1, rounds + 1);
        out.accept(String.format(
                Locale.ROOT,
                "%-28s %,9.1f exports/s from the first claim to the last completion, without the start of the JVM",
                "",
                number / Quartiles.of(seconds).median()));
        if (tenfold) {
            users.addStudents(number, TENFOLD * number, dataset, records);
            users.tidy();
            ExportRun ten = new ExportRun(database, sink, sinks, dataset, concurrency);
            new Rounds(List.of(ten), meter, (long) TENFOLD * number * records, measured).measure(rounds);
            // Without the start of the JVM, which is the same for both and would hide what grows faster.
            double ratio = Quartiles.of(ten.delivering().subList(1, rounds + 1)).median()
                    / Quartiles.of(seconds).median();
            out.accept(String.format(
                    Locale.ROOT,
                    "%d × the users take %.2f × the time  aim at most %.2f ×: %s",
                    TENFOLD,
                    ratio,
                    TENFOLD_AIM,
                    ratio <= TENFOLD_AIM ? "met" : "missed"));
        }
    }
}
