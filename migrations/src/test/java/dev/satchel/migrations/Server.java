package dev.satchel.migrations;

/**
 * A PostgreSQL server that tests may fill with databases and roles.
 *
 * <p>One is started per JVM and ends with it.
 */
interface Server {

    /** Starts the server if it is not running yet and tells how to reach it. */
    Address start();

    /** Where a server listens, and who administers it. */
    record Address(String kind, String host, int port, String database, String administrator, String password) {}
}
