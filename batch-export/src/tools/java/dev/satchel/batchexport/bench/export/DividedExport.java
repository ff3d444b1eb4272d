package dev.satchel.batchexport.bench.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.Satchel;
import dev.satchel.batchexport.bench.measure.Contestant;
import dev.satchel.batchexport.bench.measure.Measurement;
import dev.satchel.batchexport.bench.measure.Meter;
import dev.satchel.batchexport.bench.measure.Quartiles;
import dev.satchel.batchexport.bench.measure.Report;
import dev.satchel.batchexport.bench.measure.Rounds;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One user with many rows, as CSV: what it costs to deliver the export in parts, by one worker and by three. Workers are
 * programs that wait for exports and have delivered this one twice before, because an installation's have long compiled
 * their code.
 */
final class DividedExport {

    private static final String DELIVERED = """
            SELECT status,
                   coalesce(records_count, 0),
                   coalesce(file_size_bytes, 0),
                   coalesce(data ->> 'sha256', ''),
                   coalesce((data #>> '{readings,0,parts}')::integer, 1)
              FROM export_history
             WHERE id = ?
            """;

    private static final double AIM = 1.10;

    private static final long LOOK_MILLIS = 50;

    /** How often the programs of a round deliver the export before it is measured. */
    private static final int WARM_UPS = 2;

    private final SampleDatabase database;
    private final Sinks sinks;
    private final Meter meter;
    private final Consumer<Measurement> measured;
    private final Consumer<String> out;
    private final Set<String> sums = new HashSet<>();

    DividedExport(
            SampleDatabase database,
            Sinks sinks,
            Meter meter,
            Consumer<Measurement> measured,
            Consumer<String> out) {
        this.database = database;
        this.sinks = sinks;
        this.meter = meter;
        this.measured = measured;
        this.out = out;
    }

    void measure(UserId user, int rows, int parts, String sink, int rounds) throws SQLException, IOException {
        Workers whole = new Workers("whole", user, sink, 1, 1);
        Workers one = new Workers("parts", user, sink, 1, parts);
        Workers three = new Workers("parts-of-three", user, sink, 3, parts);
        Report report = new Report(new Rounds(List.of(whole, one, three), meter, rows, measured).measure(rounds));
        report.table().forEach(out);
        double alone = processorSeconds(report, whole);
        for (Workers divided : List.of(one, three)) {
            double ratio = processorSeconds(report, divided) / alone;
            out.accept(String.format(
                    Locale.ROOT,
                    "%-14s takes %.2f × of the processor time of whole  aim at most %.2f ×: %s",
                    divided.name(),
                    ratio,
                    AIM,
                    ratio <= AIM ? "met" : "missed"));
        }
        if (sums.size() != 1) {
            throw new IllegalStateException("the files differ: " + sums);
        }
    }

    private static double processorSeconds(Report report, Contestant contestant) {
        return Quartiles.of(report.of(contestant.name(), contestant.sink()).stream()
                        .map(measurement -> measurement.cost().client()
                                + measurement.cost().server().orElse(0))
                        .toList())
                .median();
    }

    /** One worker that delivers exports, and others that deliver parts of them alone. */
    private final class Workers implements Contestant {

        private final String name;
        private final String sink;
        private final int number;
        private final int parts;
        private final Map<String, String> environment;
        private final Settings settings;
        private final SatchelPostgres satchel;
        private final ExportRequest request;
        private final Path log;

        /** @param parts 1 for an export that is not divided */
        Workers(String name, UserId user, String sink, int number, int parts) throws SQLException {
            this.name = name;
            this.sink = sink;
            this.number = number;
            this.parts = parts;
            this.environment = new TreeMap<>(sinks.environment(sink, database.workerUrl()));
            if (parts > 1) {
                environment.put("SATCHEL_PARTITION_ABOVE", "1KB");
                environment.put("SATCHEL_PARTITION_MOST", Integer.toString(parts));
                environment.put("SATCHEL_PARTITION_SLOTS", "2");
            }
            this.settings = new Settings(environment);
            this.satchel = new SatchelPostgres(database.workerDataSource(), settings.datasets());
            this.request = LargeExport.request(
                    user, settings.datasets().catalogue().type(LargeExport.DATASET), "csv");
            this.log = sinks.folder().resolve(name + ".log");
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String sink() {
            return sink;
        }

        @Override
        public Attempt prepare() throws SQLException, IOException {
            List<Process> programs = new ArrayList<>();
            try {
                programs.add(start("--concurrency", "1"));
                while (programs.size() < number) {
                    programs.add(start("--concurrency", "0"));
                }
                for (int export = 0; export < WARM_UPS; export++) {
                    deliver(programs);
                }
            } catch (SQLException | IOException | RuntimeException failed) {
                end(programs);
                throw failed;
            }
            return new Attempt() {

                @Override
                public Amount run() throws SQLException, IOException {
                    return deliver(programs);
                }

                @Override
                public List<ProcessHandle> residents() {
                    return programs.stream().map(Process::toHandle).toList();
                }

                @Override
                public void close() {
                    end(programs);
                }
            };
        }

        private Process start(String... options) throws IOException {
            ProcessBuilder builder = ChildJvm.of(
                    Satchel.class,
                    Stream.concat(Stream.of("export", "run", "--watch"), Stream.of(options))
                            .toArray(String[]::new));
            builder.environment().putAll(environment);
            return builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        }

        private void end(List<Process> programs) {
            programs.forEach(Process::destroy);
            for (Process program : programs) {
                try {
                    if (!program.waitFor(1, TimeUnit.MINUTES)) {
                        program.destroyForcibly();
                    }
                } catch (InterruptedException interrupted) {
                    program.destroyForcibly();
                    Thread.currentThread().interrupt();
                }
            }
        }

        private Amount deliver(List<Process> programs) throws SQLException, IOException {
            UUID id = satchel.exportHistory().request(request).id();
            try (Connection connection = database.ownerDataSource().getConnection();
                    PreparedStatement statement = connection.prepareStatement(DELIVERED)) {
                statement.setObject(1, id);
                while (programs.stream().allMatch(Process::isAlive)) {
                    try (ResultSet row = statement.executeQuery()) {
                        row.next();
                        if (row.getString(1).equals("completed")) {
                            return amount(id, row);
                        }
                        if (row.getString(1).equals("failed")) {
                            break;
                        }
                    }
                    TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("the export was not completed: see " + log);
        }

        private Amount amount(UUID id, ResultSet row) throws SQLException, IOException {
            if (row.getInt(5) != parts) {
                throw new IllegalStateException(
                        "the export was read in " + row.getInt(5) + " parts instead of " + parts);
            }
            sums.add(row.getString(4));
            ExportCatalog.Downloadable file =
                    satchel.exportCatalog().downloadable(id).orElseThrow();
            settings.store().delete(file.location());
            return new Amount(row.getLong(2), row.getLong(3));
        }
    }
}
