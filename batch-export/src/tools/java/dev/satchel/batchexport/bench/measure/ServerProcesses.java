package dev.satchel.batchexport.bench.measure;

import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The processes of the PostgreSQL server on this machine: the postmaster, and its children, which are the backends, their
 * parallel workers and the server's own processes. Children that have ended count too, because the postmaster waits for
 * each.
 */
public final class ServerProcesses {

    private final Optional<Long> postmaster;

    private ServerProcesses(Optional<Long> postmaster) {
        this.postmaster = postmaster;
    }

    public static ServerProcesses of(SampleDatabase database) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return new ServerProcesses(ProcessTimes.of(row.getLong(1)).map(ProcessTimes::parent));
        }
    }

    /** The CPU time that the server has used so far; empty where the system does not tell. */
    OptionalDouble cpuSeconds() {
        Optional<ProcessTimes> parent = postmaster.flatMap(ProcessTimes::of);
        if (parent.isEmpty()) {
            return OptionalDouble.empty();
        }
        long ofChildren = ProcessHandle.of(postmaster.get()).stream()
                .flatMap(ProcessHandle::children)
                .mapToLong(child ->
                        ProcessTimes.of(child.pid()).map(ProcessTimes::own).orElse(0L))
                .sum();
        return OptionalDouble.of(
                ProcessTimes.seconds(parent.get().own() + parent.get().ended() + ofChildren));
    }
}
