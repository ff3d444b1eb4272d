package dev.satchel.batchexport.bench.survival;

import dev.satchel.batchexport.bench.measure.Checkout;
import dev.satchel.judge.Watched;
import dev.satchel.migrations.SampleDatabase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A system of module {@code batch-export/peers}, in processes with their own class path.
 *
 * <p>One more process, which is never disturbed, makes the tables and asks for exports, because that too goes through the
 * system's library.
 */
final class PeerSubject implements Subject {

    private static final Watched WATCHED = new Watched(
            "public.exports", "NEW.status = 'processing'", "NEW.status = 'done'", "NEW.status = 'failed'", "NEW.object");

    private final String system;
    private final String library;
    private final Store store;
    private final Duration lease;
    private final Path folder;
    private final SampleDatabase database = SampleDatabase.createUnmigrated();
    private Process asker;
    private PrintWriter toAsker;
    private BufferedReader fromAsker;

    /** The system of that name, whose version is that of the library. */
    PeerSubject(String system, String library, Store store, Duration lease, Path folder) {
        this.system = system;
        this.library = library;
        this.store = store;
        this.lease = lease;
        this.folder = folder;
    }

    @Override
    public String name() {
        try {
            Matcher jar = Pattern.compile("/" + Pattern.quote(library) + "-(\\d[^/:]*)\\.jar").matcher(classPath());
            return system + (jar.find() ? " " + jar.group(1) : "");
        } catch (IOException unreadable) {
            return system;
        }
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
    public void prepare() throws IOException {
        asker = program("ask", "asker", "asker")
                .redirectError(folder.resolve("asker.log").toFile())
                .start();
        toAsker = new PrintWriter(asker.outputWriter(StandardCharsets.UTF_8), true);
        fromAsker = new BufferedReader(new InputStreamReader(asker.getInputStream(), StandardCharsets.UTF_8));
        String line = answer();
        if (!line.equals("ready")) {
            throw new IOException(system + " is not ready: " + line);
        }
    }

    @Override
    public ProcessBuilder worker(int place, String name) throws IOException {
        return program("work", "worker-" + place, name);
    }

    @Override
    public String ask(UUID user) throws IOException {
        toAsker.println(user);
        return answer();
    }

    private String answer() throws IOException {
        String line = fromAsker.readLine();
        if (line == null) {
            throw new IOException(system + " cannot be asked: see " + folder.resolve("asker.log"));
        }
        return line;
    }

    /** None of these has one: each attempt replaces the object of the one before. */
    @Override
    public void cleanUp() {}

    private ProcessBuilder program(String mode, String worker, String name) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SatchelSubject.JVM);
        command.addAll(List.of("-cp", classPath(), "dev.satchel.peers.PeerProgram", system, mode));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(store.environment());
        builder.environment().put("PEER_S3_ENDPOINT", store.endpoint().orElseThrow().toString());
        builder.environment().put("PEER_BUCKET", Store.BUCKET);
        builder.environment().put("PEER_JDBC_URL", database.jdbcUrl());
        builder.environment().put("PEER_DB_USER", database.ownerUser());
        builder.environment().put("PEER_DB_PASSWORD", database.ownerPassword());
        builder.environment().put("PEER_LEASE_SECONDS", String.valueOf(lease.toSeconds()));
        builder.environment().put("PEER_WORKER", worker);
        builder.environment().put("PEER_NAME", name);
        return builder;
    }

    private static String classPath() throws IOException {
        Path target = Checkout.module("batch-export/peers").resolve("target");
        if (!Files.exists(target.resolve("runtime.classpath"))) {
            throw new IOException("the other systems are not built: start ./satchel bench survival, which builds them, or"
                    + " run mvn package -Pcomparison -pl batch-export/peers -am");
        }
        return target.resolve("classes")
                + File.pathSeparator
                + Files.readString(target.resolve("runtime.classpath"), StandardCharsets.UTF_8)
                        .strip();
    }

    @Override
    public void close() throws IOException {
        if (asker != null) {
            asker.getOutputStream().close();
            try {
                asker.waitFor();
            } catch (InterruptedException interrupted) {
                asker.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        database.close();
    }
}
