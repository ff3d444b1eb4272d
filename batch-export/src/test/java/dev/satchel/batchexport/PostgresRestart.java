package dev.satchel.batchexport;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Restarts the embedded server as a service manager does it: the fast shutdown, and the same command again. */
public final class PostgresRestart {

    private PostgresRestart() {}

    /** Restarts the server of that database, and returns when it answers. It goes on writing its log into the file. */
    public static void of(SampleDatabase database, Path log) throws IOException, InterruptedException, SQLException {
        Path data = Path.of(value(database, "SHOW data_directory"));
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        Path process = Path.of("/proc", pid);
        List<String> command = new ArrayList<>(
                List.of(Files.readString(process.resolve("cmdline")).split("\0")));
        command.set(0, process.resolve("exe").toRealPath().toString());
        if ("root".equals(System.getProperty("user.name"))) {
            // PostgreSQL does not run as root.
            command.addAll(0, List.of("unshare", "-U"));
        }
        new ProcessBuilder("kill", "-INT", pid).inheritIO().start().waitFor();
        while (Files.exists(process)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        new ProcessBuilder(command)
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Await.until("PostgreSQL is back", () -> answers(database));
    }

    private static boolean answers(SampleDatabase database) {
        try {
            return "1".equals(value(database, "SELECT 1"));
        } catch (SQLException notYet) {
            return false;
        }
    }

    private static String value(SampleDatabase database, String query) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
