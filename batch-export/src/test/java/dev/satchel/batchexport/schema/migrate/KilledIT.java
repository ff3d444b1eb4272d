package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.migrations.SampleDatabase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A process of its own is killed at random moments while it migrates or rolls back a database with earlier tables. */
class KilledIT {

    private static final String PROGRAM = "satchel-to-be-killed";

    @Test
    void aFewTimes() throws Exception {
        kill(2);
    }

    @Test
    @Tag("matrix")
    void manyTimes() throws Exception {
        kill(20);
    }

    /** The database is fully before or fully after each time, in either direction. */
    private static void kill(int times) throws Exception {
        try (var database = Schemas.earlier()) {
            var before = Schemas.everything(database);
            var forward = run(database, "migrate");
            var after = Schemas.everything(database);
            var back = run(database, "rollback");
            assertThat(Schemas.everything(database)).isEqualTo(before).isNotEqualTo(after);

            int finished = 0;
            for (int round = 0; round < times; round++) {
                killAfter(database, "migrate", ThreadLocalRandom.current().nextLong(forward));
                var state = Schemas.everything(database);
                assertThat(state).isIn(List.of(before, after));
                if (state.equals(after)) {
                    finished++;
                    new Rollback(database.ownerDataSource()).destroy();
                }
            }
            System.out.printf("%d kills of a migration of %d ms: %d had finished%n", times, forward, finished);

            finished = 0;
            new Migration(database.ownerDataSource()).migrate();
            // Numbers of columns do not fall when a table is made again, so this is the same as before.
            assertThat(Schemas.everything(database)).isEqualTo(after);
            for (int round = 0; round < times; round++) {
                killAfter(database, "rollback", ThreadLocalRandom.current().nextLong(back));
                var state = Schemas.everything(database);
                assertThat(state).isIn(List.of(before, after));
                if (state.equals(before)) {
                    finished++;
                    new Migration(database.ownerDataSource()).migrate();
                }
            }
            System.out.printf("%d kills of a rollback of %d ms: %d had finished%n", times, back, finished);
        }
    }

    private static long run(SampleDatabase database, String command) throws Exception {
        var process = start(database, command);
        var start = System.nanoTime();
        go(process);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static void killAfter(SampleDatabase database, String command, long millis) throws Exception {
        var process = start(database, command);
        go(process);
        Thread.sleep(millis);
        // SIGKILL on Unix: nothing of the process runs any more.
        process.destroyForcibly().waitFor();
        while (!Schemas.value(
                        database.superuserDataSource(),
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + PROGRAM + "'")
                .equals("0")) {
            Thread.sleep(10);
        }
    }

    private static Process start(SampleDatabase database, String command) throws IOException {
        var process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledIT.class.getName(),
                        database.jdbcUrl(),
                        database.ownerUser(),
                        database.ownerPassword(),
                        command)
                .redirectError(new File("/dev/null"))
                .start();
        var output = new BufferedReader(process.inputReader());
        for (var line = output.readLine(); !"ready".equals(line); line = output.readLine()) {
            assertThat(line).isNotNull();
        }
        // Nobody may wait for a reader of its log.
        var drain = new Thread(() -> output.lines().forEach(line -> {}));
        drain.setDaemon(true);
        drain.start();
        return process;
    }

    private static void go(Process process) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** The program that is killed: says that it is ready, waits for a line, and does what it was told. */
    public static void main(String[] arguments) throws IOException, SQLException {
        var owner = new PGSimpleDataSource();
        owner.setURL(arguments[0]);
        owner.setUser(arguments[1]);
        owner.setPassword(arguments[2]);
        owner.setApplicationName(PROGRAM);
        System.out.println("ready");
        if (System.in.read() < 0) {
            return;
        }
        if (arguments[3].equals("migrate")) {
            new Migration(owner).migrate();
        } else {
            new Rollback(owner).destroy();
        }
    }
}
