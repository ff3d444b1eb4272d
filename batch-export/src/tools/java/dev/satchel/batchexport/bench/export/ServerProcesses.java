package dev.satchel.batchexport.bench.export;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The processes of the PostgreSQL server on this machine: the postmaster, and its children, which are the backends, their
 * parallel workers and the server's own processes. The CPU time of children that have ended counts too, because the
 * postmaster waits for each.
 *
 * <p>Read from {@code /proc}, in units of 10 ms; systems without it do not tell.
 */
final class ServerProcesses {

    private static final Path PROC = Path.of("/proc");

    /** {@code USER_HZ}, which Linux has fixed for programs. */
    private static final double TICKS_PER_SECOND = 100;

    // After the name in parentheses, which may hold spaces, proc(5) counts from 3.
    private static final int FIRST_FIELD = 3;
    private static final int PARENT = 4;
    private static final int USER_TIME = 14;
    private static final int SYSTEM_TIME = 15;
    private static final int USER_TIME_OF_ENDED = 16;
    private static final int SYSTEM_TIME_OF_ENDED = 17;

    private final OptionalLong postmaster;

    private ServerProcesses(OptionalLong postmaster) {
        this.postmaster = postmaster;
    }

    static ServerProcesses of(SampleDatabase database) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            String[] backend = stat(row.getLong(1));
            return new ServerProcesses(
                    backend.length == 0 ? OptionalLong.empty() : OptionalLong.of(field(backend, PARENT)));
        }
    }

    /** The CPU time that the server has used so far. */
    OptionalDouble cpuSeconds() {
        if (postmaster.isEmpty()) {
            return OptionalDouble.empty();
        }
        String[] parent = stat(postmaster.getAsLong());
        long ticks = ticks(parent);
        if (parent.length > 0) {
            ticks += field(parent, USER_TIME_OF_ENDED) + field(parent, SYSTEM_TIME_OF_ENDED);
        }
        ticks += ProcessHandle.of(postmaster.getAsLong()).stream()
                .flatMap(ProcessHandle::children)
                .mapToLong(child -> ticks(stat(child.pid())))
                .sum();
        return OptionalDouble.of(ticks / TICKS_PER_SECOND);
    }

    private static long ticks(String[] process) {
        return process.length == 0 ? 0 : field(process, USER_TIME) + field(process, SYSTEM_TIME);
    }

    private static long field(String[] process, int number) {
        return Long.parseLong(process[number - FIRST_FIELD]);
    }

    // Empty if there is no such process, or no /proc.
    private static String[] stat(long pid) {
        try {
            String line = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        } catch (NoSuchFileException ended) {
            return new String[0];
        } catch (IOException ended) {
            // A process that ends while it is read.
            if (String.valueOf(ended.getMessage()).contains("No such process")) {
                return new String[0];
            }
            throw new UncheckedIOException(ended);
        }
    }
}
