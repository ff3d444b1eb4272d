package dev.satchel.migrations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.UUID;

/** A real PostgreSQL of the platform at hand, unpacked into a temporary directory. Runs as root too. */
final class EmbeddedServer implements Server {

    // The server is made to trust everybody, and then no test could fail on a wrong password.
    private static final String PASSWORDS_ONLY = """
            host all all 127.0.0.1/32 scram-sha-256
            host all all ::1/128      scram-sha-256
            """;

    private final boolean careless;

    private EmbeddedServer(boolean careless) {
        this.careless = careless;
    }

    /** For tests: nothing outlives the JVM, so nothing needs to survive a crash, and a login is cheap. */
    static EmbeddedServer careless() {
        return new EmbeddedServer(true);
    }

    /** For measurements: a commit is on the disk when it returns, as PostgreSQL has it unless told otherwise. */
    static EmbeddedServer durable() {
        return new EmbeddedServer(false);
    }

    @Override
    public Address start() {
        var password = UUID.randomUUID().toString();
        var durability = careless ? "off" : "on";
        // The library turns the first and the last off itself.
        var builder = EmbeddedPostgres.builder()
                .setServerConfig("fsync", durability)
                .setServerConfig("full_page_writes", durability)
                .setServerConfig("synchronous_commit", durability)
                .setLocaleConfig("locale", "C");
        try {
            if (careless) {
                // Most of a login's time is otherwise spent on hashing, at both ends, and tests log in at every step.
                ServerDirectory.inMemory(builder)
                        .setServerConfig("scram_iterations", "1")
                        // It would look at databases that are dropped a moment later, and change plans by chance.
                        .setServerConfig("autovacuum", "off")
                        // Or old log fills a gigabyte of memory before it is used again.
                        .setServerConfig("max_wal_size", "128MB");
            }
            // The instance stops with the JVM.
            @SuppressWarnings("resource")
            var postgres = builder.start();
            try (var connection = postgres.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("ALTER ROLE postgres PASSWORD '" + password + "'");
                try (var rows = statement.executeQuery("SHOW hba_file")) {
                    rows.next();
                    Files.writeString(Path.of(rows.getString(1)), PASSWORDS_ONLY);
                }
                statement.execute("SELECT pg_reload_conf()");
            }
            return new Address("embedded", "localhost", postgres.getPort(), "postgres", "postgres", password);
        } catch (IOException failure) {
            throw new UncheckedIOException("The embedded PostgreSQL did not start", failure);
        } catch (SQLException failure) {
            throw new IllegalStateException("The embedded PostgreSQL could not be set up", failure);
        }
    }
}
