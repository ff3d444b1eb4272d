package dev.satchel.batchexport.bench.survival;

import dev.satchel.judge.Watched;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.UUID;

/** A system that delivers exports: how it is started and asked, and where it says what has become of them. */
public interface Subject extends AutoCloseable {

    /** The name with its version, as the table prints it. */
    String name();

    SampleDatabase database();

    Watched watched();

    /** Installs what the system needs in its database. */
    void prepare() throws IOException, SQLException;

    /**
     * A worker in a process of its own.
     *
     * @param place whose restarts are one worker to the system, as in a service manager
     * @param name of this process, under which it connects to the database
     */
    ProcessBuilder worker(int place, String name) throws IOException;

    /** Asks for the export of a user's interactions, and returns its id. */
    String ask(UUID user) throws IOException, SQLException;

    /** The processes that join the parts of an export, in a system whose workers deliver exports together. */
    default Set<Long> joining() throws SQLException {
        return Set.of();
    }

    /** The processes that deliver a part of an export, and have taken up none. */
    default Set<Long> ofParts() throws SQLException {
        return Set.of();
    }

    /** Runs what the system's operator runs regularly to remove leftovers, when no worker runs any more. */
    void cleanUp() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
