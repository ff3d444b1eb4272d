package dev.satchel.batchexport.bench.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What an export costs, beside what it costs otherwise to read the same rows. */
@Command(
        name = "export",
        description = {
            "Measures the export of one user with many rows, beside COPY, a JDBC cursor and stock Spring Batch",
            "that send the same query as the same role."
        })
public final class ExportBench implements Callable<Integer> {

    private static final String DATASET = "interactions";

    /** What each format is compared with, so that both are measured or neither. */
    private static final Map<String, String> PEERS = Map.of("csv", "copy-csv", "json", "row-to-json", "jsonl", "row-to-json");

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
            description = "Interactions of the user: ${DEFAULT-VALUE}.")
    int rows;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "What to measure, besides the COPY that a format is compared with: all when left out.")
    List<String> only = List.of();

    public ExportBench(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        atLeastOne("--rounds", rounds);
        atLeastOne("--rows", rows);
        try (SampleDatabase database = SampleDatabase.createDurable()) {
            console.err().println("filling a database");
            BenchUsers users = new BenchUsers(database);
            UserId user = users.addInteractive(rows);
            new Migration(database.ownerDataSource()).migrate();
            database.ensureWorker();
            users.tidy();
            measure(database, user);
            return 0;
        }
    }

    private void measure(SampleDatabase database, UserId user) throws SQLException, IOException {
        UserQuery query = UserQuery.of(database, user, DATASET);
        Settings settings = new Settings(Map.of("DATABASE_URL", database.workerUrl()));
        FileStore nothing = new DroppingFileStore();
        List<Contestant> contestants = new ArrayList<>();
        contestants.add(CopyToNothing.csv(query));
        contestants.add(CopyToNothing.rowToJson(query));
        contestants.add(CopyToNothing.binary(query));
        for (String format : List.of("csv", "json", "jsonl")) {
            contestants.add(new SatchelExport(format, "nothing", settings, nothing, user, DATASET));
        }
        List<String> names = contestants.stream().map(Contestant::name).distinct().toList();
        Set<String> wanted = new LinkedHashSet<>(only.isEmpty() ? names : only);
        only.forEach(name -> known("--only", name, names));
        PEERS.forEach((format, peer) -> {
            if (wanted.contains(format)) {
                wanted.add(peer);
            }
        });
        contestants.removeIf(contestant -> !wanted.contains(contestant.name()));
        Rounds measuring = new Rounds(contestants, new Meter(ServerProcesses.of(database)), rows, this::progress);
        Report report = new Report(measuring.measure(rounds));
        report.table().forEach(line -> print("%s", line));
        report.ratios(List.of(
                        new Report.Ratio("csv", "nothing", "copy-csv", "nothing", Report.Aim.atMost(0.65)),
                        new Report.Ratio("jsonl", "nothing", "row-to-json", "nothing", Report.Aim.atMost(0.40)),
                        new Report.Ratio("json", "nothing", "row-to-json", "nothing", Report.Aim.atMost(0.40))))
                .forEach(line -> print("%s", line));
    }

    private void progress(Measurement measured) {
        console.err()
                .printf(
                        Locale.ROOT,
                        "round %d: %s to %s in %.3f s%n",
                        measured.round(),
                        measured.contestant(),
                        measured.sink(),
                        measured.cost().seconds());
    }

    private void known(String option, String value, List<String> expected) {
        if (!expected.contains(value)) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " must be one of " + String.join(", ", expected) + ", was '" + value + "'");
        }
    }

    private void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, was " + value);
        }
    }

    private void print(String format, Object... values) {
        console.out().println(String.format(Locale.ROOT, format, values));
    }
}
