package dev.satchel.batchexport.database;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's pgbouncer before a sample database, in a process of its own. Fails where the program is not installed. */
final class Pgbouncer implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

    private final Process process;
    private final int port;

    private Pgbouncer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Pgbouncer before(SampleDatabase database, Path folder, String mode, String... settings)
            throws IOException, InterruptedException {
        URI url = URI.create(database.ownerUrl());
        int port = freePort();
        Path configuration = Files.createTempFile(folder, "pgbouncer", ".ini");
        Path log = Files.createTempFile(folder, "pgbouncer", ".log");
        Files.writeString(configuration, """
            [databases]
            owner = host=%1$s port=%2$d dbname=%3$s user=%4$s password=%5$s
            worker = host=%1$s port=%2$d dbname=%3$s user=%6$s password=%7$s
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %8$d
            unix_socket_dir =
            auth_type = any
            pool_mode = %9$s
            %10$s
            """.formatted(
                        url.getHost(),
                        url.getPort(),
                        database.name(),
                        database.ownerUser(),
                        database.ownerPassword(),
                        database.workerUser(),
                        database.workerPassword(),
                        port,
                        mode,
                        String.join("\n", settings)));
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        if (System.getProperty("user.name").equals("root")) {
            // It refuses to stay root.
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(configuration.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (!accepts(port)) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("pgbouncer ended: " + Files.readString(log));
            }
        }
        return new Pgbouncer(process, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    String workerUrl() {
        return "postgresql://worker@127.0.0.1:" + port + "/worker";
    }

    String ownerUrl() {
        return "postgresql://owner@127.0.0.1:" + port + "/owner";
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
