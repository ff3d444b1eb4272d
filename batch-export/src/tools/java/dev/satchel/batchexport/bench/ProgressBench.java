package dev.satchel.batchexport.bench;

import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What Satchel's triggers cost the application, and how long it takes to record the sessions that were there before. */
@Command(
        name = "progress",
        description = {
            "Measures sessions ended per second with and without Satchel's triggers,",
            "or, with --backfill, how long it takes to record the sessions of a database that had none of them."
        })
final class ProgressBench implements Callable<Integer> {

    private final Console console;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "11",
            description = "Pairs of measurements: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--users",
            paramLabel = "N",
            description = "Users in the database: 2000, or 100000 with --backfill.")
    Integer users;

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description = "Sessions that each round ends one by one: 2000. With --backfill, all there are: 1000000.")
    Integer sessions;

    @Option(
            names = "--bulk",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Sessions that one statement ends: ${DEFAULT-VALUE}.")
    int bulk;

    @Option(names = "--backfill", description = "Measure the backfill instead, while another connection ends sessions.")
    boolean backfill;

    ProgressBench(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        int numberOfUsers = atLeastOne("--users", users == null ? (backfill ? 100_000 : 2_000) : users);
        int numberOfSessions = atLeastOne("--sessions", sessions == null ? (backfill ? 1_000_000 : 2_000) : sessions);
        atLeastOne("--rounds", rounds);
        atLeastOne("--bulk", bulk);
        return backfill ? backfill(numberOfUsers, numberOfSessions) : cost(numberOfUsers, numberOfSessions);
    }

    private int atLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, was " + value);
        }
        return value;
    }

    private int cost(int users, int sessions) throws SQLException {
        try (SampleDatabase without = SampleDatabase.createDurable();
                SampleDatabase with = SampleDatabase.createDurable()) {
            describeServer(without);
            Learners learners = new Learners(users);
            int open = TriggerCost.sessionsNeeded(rounds, sessions, bulk);
            console.err().println("filling two databases");
            for (SampleDatabase database : List.of(without, with)) {
                try (Connection owner = database.ownerDataSource().getConnection()) {
                    learners.add(owner);
                    learners.addWords(owner);
                    learners.addEnded(owner, users * Learners.PAST_SESSIONS);
                    learners.addOpen(owner, open);
                }
            }
            new Migration(with.ownerDataSource()).migrate();
            try (Connection owner = with.ownerDataSource().getConnection()) {
                BackfillBench.all(owner);
            }
            print(
                    "%,d users with %d ended sessions and %d words each, and %,d open sessions, in two databases of this server:",
                    users, Learners.PAST_SESSIONS, Learners.WORDS, open);
            print("one has the application's tables and its own trigger alone, the other Satchel's schema besides.");
            print("%d rounds after one to warm up; each ends the same sessions in both, in turns.", rounds);
            print(
                    "One connection works at a time, as the owner: row security would slow the statement and flatter the ratio.");
            print("");

            new TriggerCost(without, with, console)
                    .measure(rounds, sessions, bulk)
                    .forEach(result -> print("%s", result));

            return checked(with);
        }
    }

    private int backfill(int users, int sessions) throws Exception {
        try (SampleDatabase database = SampleDatabase.createDurable()) {
            describeServer(database);
            Learners learners = new Learners(users);
            int open = Math.max(1, sessions / 5);
            console.err().println("filling a database");
            try (Connection owner = database.ownerDataSource().getConnection()) {
                learners.add(owner);
                learners.addEnded(owner, sessions - open);
                learners.addOpen(owner, open);
                Learners.tidy(owner);
            }
            print("%,d users with %,d sessions, of which %,d are open", users, sessions, open);
            long started = System.nanoTime();
            new Migration(database.ownerDataSource()).migrate();
            print("migrated in %.1f s", seconds(System.nanoTime() - started));

            BackfillBench.UnderLoad measured = new BackfillBench(database, console).whileSessionsEnd();

            print(
                    "backfilled in %.1f s (%,.0f sessions/s), %,d batches of at most %,d users",
                    seconds(measured.nanos()),
                    (sessions - open) / seconds(measured.nanos()),
                    measured.batches(),
                    BackfillBench.BATCH);
            print(
                    "meanwhile another connection ended %,d sessions (%,.0f/s, the slowest in %,.0f ms)",
                    measured.ended(),
                    measured.ended() / seconds(measured.nanos()),
                    seconds(measured.slowestNanos()) * 1_000);
            return checked(database);
        }
    }

    private int checked(SampleDatabase database) throws SQLException {
        print("");
        try (Connection owner = database.ownerDataSource().getConnection()) {
            MeasuredDrift drift = MeasuredDrift.in(owner);
            print("%s", drift);
            return drift.isNone() ? 0 : 1;
        }
    }

    private void describeServer(SampleDatabase database) throws SQLException {
        try (Connection owner = database.ownerDataSource().getConnection()) {
            print(
                    "PostgreSQL %s, fsync %s, synchronous_commit %s, full_page_writes %s, %d processors",
                    Learners.text(owner, "SHOW server_version").split(" ", 2)[0],
                    Learners.text(owner, "SHOW fsync"),
                    Learners.text(owner, "SHOW synchronous_commit"),
                    Learners.text(owner, "SHOW full_page_writes"),
                    Runtime.getRuntime().availableProcessors());
        }
    }

    private void print(String format, Object... values) {
        console.out().println(String.format(Locale.ROOT, format, values));
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
