package dev.satchel.batchexport;

import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.OwnThread;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Satchel as an operator has it: a migrated database, a bucket, and the settings of a worker that is nobody special. */
public final class Installation implements AutoCloseable {

    public static final String BUCKET = "satchel-test";

    /** For a process of seconds: the compiler of code that runs for long costs as much again as what it is to speed up. */
    public static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    /** The same for {@code JAVA_OPTS}, with the simplest collector and three times as many calls before a compilation. */
    public static final String SHORT_LIVED_OPTS = SHORT_LIVED + " -XX:+UseSerialGC -XX:CompileThresholdScaling=3";

    private final SampleDatabase database;
    private final TestS3 s3;
    private final S3Client client;
    private final Map<String, String> environment = new TreeMap<>();
    private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();

    private Installation(SampleDatabase database, TestS3 s3) {
        this.database = database;
        this.s3 = s3;
        this.client = s3.client();
    }

    /** Starts a server for S3 in that folder and makes a database without users. */
    public static Installation in(Path folder) {
        return of(SampleDatabase.create(), folder);
    }

    /** Starts a server for S3 in that folder and makes a database with the sample learners. */
    public static Installation withLearnersIn(Path folder) {
        return of(SampleDatabase.createWithLearners(), folder);
    }

    private static Installation of(SampleDatabase database, Path folder) {
        Installation installation = new Installation(database, TestS3.start(folder));
        installation.s3.createBucket(BUCKET);
        installation.environment.put("DATABASE_URL", installation.database.workerUrl());
        installation.environment.put("SATCHEL_STORE", "s3://" + BUCKET + "/exports");
        installation.environment.put(
                "SATCHEL_S3_ENDPOINT", installation.s3.endpoint().toString());
        installation.environment.put("AWS_ACCESS_KEY_ID", installation.s3.accessKey());
        installation.environment.put("AWS_SECRET_ACCESS_KEY", installation.s3.secretKey());
        installation.environment.put("AWS_REGION", "us-east-1");
        return installation;
    }

    public SampleDatabase database() {
        return database;
    }

    public TestS3 s3() {
        return s3;
    }

    /** A copy of the worker's settings. */
    public Map<String, String> environment() {
        return new TreeMap<>(environment);
    }

    /** Adds a user who has records of no kind but a profile, and asks for that as CSV; returns the export's id. */
    public String requestOfNewUser() {
        return value("WITH added AS (INSERT INTO users (id, email) SELECT id, id || '@example.org'"
                + " FROM gen_random_uuid() AS id RETURNING id)"
                + " INSERT INTO export_history (user_id, export_type, export_format)"
                + " SELECT id, 'profile', 'csv' FROM added RETURNING id");
    }

    /** An export's status and how often it was tried again. */
    public String status(String id) {
        return value("SELECT status || ' ' || retry_count FROM export_history WHERE id = '" + id + "'");
    }

    /** The worker's settings with S3 behind a proxy. */
    public Map<String, String> throughProxyToS3(FaultyProxy proxy) {
        Map<String, String> settings = environment();
        settings.put("SATCHEL_S3_ENDPOINT", "http://127.0.0.1:" + proxy.port());
        return settings;
    }

    /** The worker's settings with the database behind a proxy. */
    public Map<String, String> throughProxyToDatabase(FaultyProxy proxy) {
        Map<String, String> settings = environment();
        settings.compute(
                "DATABASE_URL",
                (name, url) -> String.valueOf(url).replaceFirst("@[^/]+/", "@127.0.0.1:" + proxy.port() + "/"));
        return settings;
    }

    public FaultyProxy proxyToS3() throws IOException {
        return FaultyProxy.before(s3.endpoint().getHost(), s3.endpoint().getPort());
    }

    public FaultyProxy proxyToDatabase() throws IOException {
        URI server = URI.create(database.jdbcUrl().substring("jdbc:".length()));
        return FaultyProxy.before(server.getHost(), server.getPort());
    }

    /** Runs a command in this process with the worker's settings. */
    public Result satchel(String... arguments) {
        return satchel(environment, arguments);
    }

    /** Runs a command in this process with those settings. */
    public static Result satchel(Map<String, String> environment, String... arguments) {
        return satchel(environment, InputStream.nullInputStream(), arguments);
    }

    /** Begins a command in this process with those settings, in a thread of its own. */
    public static CompletableFuture<Result> begin(Map<String, String> environment, String... arguments) {
        return CompletableFuture.supplyAsync(() -> satchel(environment, arguments), OwnThread::start);
    }

    /** Runs a command in this process with those settings and that standard input. */
    public static Result satchel(Map<String, String> environment, InputStream in, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = SatchelCommand.run(
                new Console(environment, in, new PrintWriter(out, true), new PrintWriter(err, true), false), arguments);
        return new Result(exit, out.toString(), err.toString());
    }

    /** Starts a command in a process of its own, as the launcher would, with further settings and options of the JVM. */
    public Process start(Map<String, String> more, List<String> jvm, Path output, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(Program.command(jvm));
        command.addAll(List.of(arguments));
        return start(command, more, output);
    }

    /** Starts that command in a process of its own with the worker's settings and further ones. */
    Process start(List<String> command, Map<String, String> more, Path output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        builder.environment().putAll(more);
        return builder.start();
    }

    /** Waits until the process ends by itself, and returns its exit code. */
    public static int ended(Process process) throws InterruptedException {
        return ended(process, Duration.ofMinutes(5));
    }

    /** As {@link #ended(Process)}, for a process that may take that long. */
    public static int ended(Process process, Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the process did not end within " + patience.toMinutes() + " minutes");
        }
        return process.exitValue();
    }

    /** Runs SQL as the owner of the tables, in a session that what is run later may meet again. */
    public void sql(String statements) {
        asOwner(statements, connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(statements);
            }
        });
    }

    /** The first column of the one row that the query finds, read as the owner of the tables. */
    public String value(String query) {
        List<String> values = new ArrayList<>();
        rows(query, row -> {
            try {
                values.add(row.getString(1));
            } catch (SQLException failed) {
                throw new AssertionError(query, failed);
            }
        });
        if (values.size() != 1) {
            throw new AssertionError("expected one row, found " + values.size() + ": " + query);
        }
        return values.get(0);
    }

    /** Hands each row that the query finds to {@code reader}; times print in UTC. */
    public void rows(String query, Consumer<ResultSet> reader) {
        asOwner(query, connection -> {
            try (Statement statement = connection.createStatement();
                    Statement zone = connection.createStatement()) {
                zone.execute("SET TimeZone TO 'UTC'");
                try (ResultSet rows = statement.executeQuery(query)) {
                    while (rows.next()) {
                        reader.accept(rows);
                    }
                }
                zone.execute("RESET TimeZone");
            }
        });
    }

    // A test that awaits something asks many times a second, and to log in costs more than to ask.
    private void asOwner(String sql, Work work) {
        try {
            Connection connection = idle.poll();
            if (connection == null || !connection.isValid(10)) {
                connection = database.ownerDataSource().getConnection();
            }
            try {
                work.on(connection);
            } catch (SQLException | RuntimeException failed) {
                connection.close();
                throw failed;
            }
            idle.add(connection);
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    @FunctionalInterface
    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    /** The bytes of an object, by its location. */
    public byte[] object(String location) {
        return client.getObjectAsBytes(request -> request.bucket(BUCKET).key(key(location)))
                .asByteArray();
    }

    /** Opens an object that may be larger than the memory, by its location. */
    public InputStream open(String location) {
        return client.getObject(request -> request.bucket(BUCKET).key(key(location)));
    }

    private static String key(String location) {
        return location.substring(("s3://" + BUCKET + "/").length());
    }

    /** The locations of all objects but the mark by which the database knows its store. */
    public List<String> objects() {
        return everything().stream()
                .filter(location -> !location.contains("/satchel-store-"))
                .toList();
    }

    /** The locations of all objects. */
    public List<String> everything() {
        return client.listObjectsV2Paginator(request -> request.bucket(BUCKET)).contents().stream()
                .map(S3Object::key)
                .map(key -> "s3://" + BUCKET + "/" + key)
                .toList();
    }

    /** The size of each object but the store's mark, by its location. */
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new TreeMap<>();
        client.listObjectsV2Paginator(request -> request.bucket(BUCKET)).contents().stream()
                .filter(object -> !object.key().contains("/satchel-store-"))
                .forEach(object -> sizes.put("s3://" + BUCKET + "/" + object.key(), object.size()));
        return sizes;
    }

    /** How many uploads were begun and neither completed nor aborted. */
    public int unfinishedUploads() {
        return client.listMultipartUploads(request -> request.bucket(BUCKET))
                .uploads()
                .size();
    }

    @Override
    public void close() {
        client.close();
        s3.close();
        // The sessions that are still open end with it.
        database.close();
    }

    /** How a command ended, and what it printed. */
    public record Result(int exit, String out, String err) {

        /** The output, for a command that must succeed. */
        public String succeeded() {
            if (exit != 0) {
                throw new AssertionError("exit code " + exit + "\n" + out + err);
            }
            return out.strip();
        }
    }
}
