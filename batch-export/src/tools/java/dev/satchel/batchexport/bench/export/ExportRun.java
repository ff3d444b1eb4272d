package dev.satchel.batchexport.bench.export;

import dev.satchel.batchexport.Satchel;
import dev.satchel.batchexport.bench.measure.Contestant;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.export.ExportFormat;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.record.ExportFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** {@code satchel export run} as a process, from its start to its end, with an export of each user waiting. */
final class ExportRun implements Contestant {

    private static final String AMOUNT = """
            SELECT count(*) FILTER (WHERE status = 'completed'),
                   coalesce(sum(records_count), 0),
                   coalesce(sum(file_size_bytes), 0),
                   extract(epoch FROM max(completed_at) - min(started_at))
              FROM export_history
             WHERE id = ANY (?)
            """;

    private final SampleDatabase database;
    private final String sink;
    private final Map<String, String> environment;
    private final String dataset;
    private final int concurrency;
    private final Path log;
    private final List<Double> delivering = new ArrayList<>();

    ExportRun(SampleDatabase database, String sink, Sinks sinks, String dataset, int concurrency) {
        this.database = database;
        this.sink = sink;
        this.environment = sinks.environment(sink, database.workerUrl());
        this.dataset = dataset;
        this.concurrency = concurrency;
        this.log = sinks.folder().resolve("export-run.log");
    }

    @Override
    public String name() {
        return "export-run";
    }

    @Override
    public String sink() {
        return sink;
    }

    /** For each run so far, the seconds from the first claim to the last completion. */
    List<Double> delivering() {
        return List.copyOf(delivering);
    }

    @Override
    public Attempt prepare() throws SQLException {
        Settings settings = new Settings(environment);
        List<UUID> ids = settings.satchel(database.workerDataSource())
                .exportHistory()
                .requestForAllUsers(
                        settings.datasets().catalogue().type(dataset), ExportFormat.CSV, ExportFilters.NONE);
        return new Attempt() {

            @Override
            public Amount run() throws SQLException, IOException {
                ProcessBuilder builder =
                        ChildJvm.of(Satchel.class, "export", "run", "--concurrency", Integer.toString(concurrency));
                builder.environment().putAll(environment);
                int exit = exitCode(builder.redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start());
                if (exit != 0) {
                    List<String> lines = Files.readAllLines(log);
                    throw new IllegalStateException("export run ended with " + exit + ": "
                            + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size())));
                }
                return amount(ids);
            }

            @Override
            public void close() {}
        };
    }

    private static int exitCode(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    private Contestant.Amount amount(List<UUID> ids) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(AMOUNT)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getInt(1) != ids.size()) {
                    throw new IllegalStateException(
                            "of " + ids.size() + " exports " + row.getInt(1) + " were completed");
                }
                delivering.add(row.getDouble(4));
                return new Contestant.Amount(ids.size(), row.getLong(2), row.getLong(3));
            }
        }
    }
}
