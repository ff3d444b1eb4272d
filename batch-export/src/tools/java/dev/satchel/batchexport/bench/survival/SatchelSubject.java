package dev.satchel.batchexport.bench.survival;

import dev.satchel.batchexport.bench.measure.Checkout;
import dev.satchel.judge.Watched;
import dev.satchel.migrations.SampleDatabase;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Satchel, as {@code satchel export run --watch} runs it. */
public final class SatchelSubject implements Subject {

    /** A JVM of seconds, small enough for several beside each other; the same for every system. */
    static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx160m");

    private static final Watched WATCHED = new Watched(
            "public.export_history",
            "NEW.status = 'processing' AND (OLD.status, OLD.started_at) IS DISTINCT FROM (NEW.status, NEW.started_at)",
            "NEW.status = 'completed' AND (OLD.status, OLD.file_url) IS DISTINCT FROM (NEW.status, NEW.file_url)",
            "NEW.status = 'failed' AND OLD.status <> 'failed'",
            "NEW.file_url");

    private static final String ASK = """
            INSERT INTO public.export_history (user_id, export_type, export_format)
            VALUES (?, 'interactions', 'csv')
            RETURNING id
            """;

    // The name of a worker begins with the number of its process.
    private static final String JOINING = """
            SELECT DISTINCT split_part(l.owner, '@', 1)::bigint
              FROM satchel.export_lease l
              JOIN satchel.export_part p ON p.attempt = l.token
             WHERE l.expires_at > statement_timestamp()
            """;

    private static final String OF_PARTS = """
            SELECT DISTINCT split_part(p.owner, '@', 1)::bigint
              FROM satchel.export_part p
              JOIN satchel.export_lease l ON l.token = p.attempt
             WHERE p.token IS NOT NULL
               AND p.finished_at IS NULL
               AND p.failure_code IS NULL
               AND NOT EXISTS (SELECT
                                 FROM satchel.export_lease own
                                WHERE own.token IS NOT NULL
                                  AND split_part(own.owner, '@', 1) = split_part(p.owner, '@', 1))
            """;

    private final SampleDatabase database = SampleDatabase.create();
    private final Map<String, String> environment;
    private final Duration orphanGrace;
    private final Map<String, String> ofParts = new TreeMap<>();
    private int claiming = Integer.MAX_VALUE;

    /** Satchel with such a lease, over that store. */
    public SatchelSubject(Store store, Duration lease) {
        orphanGrace = lease.multipliedBy(2);
        environment = new TreeMap<>(store.environment());
        environment.put("DATABASE_URL", database.workerUrl());
        environment.put("SATCHEL_EXPORT_LEASE", lease.toMillis() + "ms");
        environment.put("SATCHEL_EXPORT_ORPHAN_GRACE", orphanGrace.toMillis() + "ms");
    }

    /** A setting of all its processes. */
    public String setting(String name) {
        return environment.get(name);
    }

    /** Replaces a setting. */
    public void set(String name, String value) {
        environment.put(name, value);
    }

    /** Has the first workers claim exports, and the others deliver parts of these and nothing else. */
    public void claimOnlyWith(int workers) {
        claiming = workers;
    }

    /** Replaces a setting of the workers that deliver parts and nothing else. */
    public void setOfParts(String name, String value) {
        ofParts.put(name, value);
    }

    @Override
    public String name() {
        return "Satchel";
    }

    @Override
    public SampleDatabase database() {
        return database;
    }

    @Override
    public Watched watched() {
        return WATCHED;
    }

    @Override
    public void prepare() {
        // The database is a copy of one that was migrated.
    }

    @Override
    public ProcessBuilder worker(int place, String name) throws IOException {
        boolean isOfParts = place > claiming;
        ProcessBuilder worker = program("export", "run", "--watch", "--concurrency", isOfParts ? "0" : "1");
        if (isOfParts) {
            worker.environment().putAll(ofParts);
        }
        worker.environment().put("PGAPPNAME", name);
        return worker;
    }

    @Override
    public String ask(UUID user) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(ASK)) {
            statement.setObject(1, user);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString("id");
            }
        }
    }

    @Override
    public Set<Long> joining() throws SQLException {
        return processes(JOINING);
    }

    @Override
    public Set<Long> ofParts() throws SQLException {
        return processes(OF_PARTS);
    }

    private Set<Long> processes(String query) throws SQLException {
        Set<Long> processes = new TreeSet<>();
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                processes.add(row.getLong(1));
            }
        }
        return processes;
    }

    /** Waits until what a dead worker left may be removed, and runs {@code satchel cleanup}. */
    @Override
    public void cleanUp() throws IOException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(orphanGrace.toMillis());
        Process cleanup = sweeper().inheritIO().start();
        if (cleanup.waitFor() != 0) {
            throw new IOException("satchel cleanup ended with " + cleanup.exitValue());
        }
    }

    /** The program that removes what dead workers left. */
    public ProcessBuilder sweeper() throws IOException {
        return program("cleanup");
    }

    private ProcessBuilder program(String... arguments) throws IOException {
        Path target = Checkout.module("batch-export").resolve("target");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.add("-cp");
        command.add(target.resolve("classes")
                + File.pathSeparator
                + Files.readString(target.resolve("launcher/runtime.classpath"), StandardCharsets.UTF_8)
                        .strip());
        command.add("dev.satchel.batchexport.Satchel");
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder;
    }

    @Override
    public void close() {
        database.close();
    }
}
