package dev.satchel.migrations;

import org.testcontainers.postgresql.PostgreSQLContainer;

/** PostgreSQL in a container; {@link java.util.ServiceLoader} finds it where the profile docker is active. */
public final class ContainerServer implements Server {

    @Override
    public Address start() {
        // Testcontainers removes it when the JVM ends.
        @SuppressWarnings("resource")
        var postgres = new PostgreSQLContainer("postgres:18");
        postgres.withCommand("postgres", "-c", "fsync=off").start();
        return new Address(
                "container",
                postgres.getHost(),
                postgres.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                postgres.getDatabaseName(),
                postgres.getUsername(),
                postgres.getPassword());
    }
}
