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
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.SampleDatabase;
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
import java.util.function.Consumer;

/**
 * One user with many rows, as CSV: what it costs to deliver the export in parts, by one program and by three. All that is
 * compared is {@code export run} as a process, from its start to its end.
 */
final class DividedExport {

    private static final String AMOUNT = """
            SELECT coalesce(records_count, 0), coalesce(file_size_bytes, 0), data ->> 'sha256',
                   coalesce((data #>> '{readings,0,parts}')::integer, 1)
              FROM export_history
             WHERE id = ?
               AND status = 'completed'
            """;

    private static final double AIM = 1.10;

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
        Programs nothing = new Programs("start", user, rows, sink, 1, 0);
        Programs whole = new Programs("whole", user, rows, sink, 1, 1);
        Programs one = new Programs("parts", user, rows, sink, 1, parts);
        Programs three = new Programs("parts-of-three", user, rows, sink, 3, parts);
        Report report = new Report(
                new Rounds(List.of(nothing, whole, one, three), meter, rows, measured).measure(rounds));
        report.table().forEach(out);
        double start = processorSeconds(report, nothing);
        double alone = processorSeconds(report, whole);
        for (Programs divided : List.of(one, three)) {
            double all = processorSeconds(report, divided);
            double working = (all - divided.programs * start) / (alone - start);
            out.accept(String.format(
                    Locale.ROOT,
                    "%-14s takes %.2f × of the processor time of whole, and without the start of the %d programs %.2f ×"
                            + "  aim at most %.2f ×: %s",
                    divided.name(),
                    all / alone,
                    divided.programs,
                    working,
                    AIM,
                    all / alone <= AIM ? "met" : "missed"));
        }
        if (sums.size() != 1) {
            throw new IllegalStateException("the files differ: " + sums);
        }
    }

    private static double processorSeconds(Report report, Programs contestant) {
        return Quartiles.of(report.of(contestant.name(), contestant.sink()).stream()
                        .map(measurement -> measurement.cost().client()
                                + measurement.cost().server().orElse(0))
                        .toList())
                .median();
    }

    /** One program that delivers the export, and others that deliver parts of it. */
    private final class Programs implements Contestant {

        private final String name;
        private final UserId user;
        private final int rows;
        private final String sink;
        private final int programs;
        private final int parts;
        private final Map<String, String> environment;
        private final Path log;

        /** @param parts 1 for an export that is not divided; 0 for no export */
        Programs(String name, UserId user, int rows, String sink, int programs, int parts) {
            this.name = name;
            this.user = user;
            this.rows = rows;
            this.sink = sink;
            this.programs = programs;
            this.parts = parts;
            this.environment = new TreeMap<>(sinks.environment(sink, database.workerUrl()));
            if (parts > 1) {
                environment.put("SATCHEL_PARTITION_ABOVE", "1KB");
                environment.put("SATCHEL_PARTITION_MOST", Integer.toString(parts));
                environment.put("SATCHEL_PARTITION_SLOTS", "2");
            }
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
        public Attempt prepare() throws SQLException {
            UUID id = parts == 0 ? null : request();
            return new Attempt() {

                @Override
                public Amount run() throws SQLException, IOException {
                    deliver();
                    return id == null ? new Amount(rows, 0) : amount(id);
                }

                @Override
                public void close() {}
            };
        }

        private UUID request() throws SQLException {
            Settings settings = new Settings(environment);
            ExportRequest request =
                    LargeExport.request(user, settings.datasets().catalogue().type(LargeExport.DATASET), "csv");
            return settings.satchel(database.workerDataSource())
                    .exportHistory()
                    .request(request)
                    .id();
        }

        private void deliver() throws IOException {
            List<Process> helpers = new ArrayList<>();
            try {
                for (int helper = 1; helper < programs; helper++) {
                    helpers.add(start("export", "run", "--watch", "--concurrency", "0"));
                }
                int exit = start("export", "run", "--concurrency", "1").waitFor();
                if (exit != 0) {
                    throw new IllegalStateException("export run ended with " + exit + ": see " + log);
                }
                helpers.forEach(Process::destroy);
                // The system counts the processor time of those alone that were waited for.
                for (Process helper : helpers) {
                    helper.waitFor();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", interrupted);
            } finally {
                helpers.forEach(Process::destroyForcibly);
            }
        }

        private Process start(String... arguments) throws IOException {
            ProcessBuilder builder = ChildJvm.of(Satchel.class, arguments);
            builder.environment().putAll(environment);
            return builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        }

        private Amount amount(UUID id) throws SQLException {
            try (Connection connection = database.ownerDataSource().getConnection();
                    PreparedStatement statement = connection.prepareStatement(AMOUNT)) {
                statement.setObject(1, id);
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        throw new IllegalStateException("the export was not completed: see " + log);
                    }
                    if (row.getInt(4) != parts) {
                        throw new IllegalStateException(
                                "the export was read in " + row.getInt(4) + " parts instead of " + parts);
                    }
                    sums.add(row.getString(3));
                    return new Amount(row.getLong(1), row.getLong(2));
                }
            }
        }
    }
}
