package dev.satchel.batchexport.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.LogLines;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program as an operator calls it: what it refuses, and how it ends. */
@Timeout(180)
class ServeCommandIT {

    private static final int KILLED_BY_SIGTERM = 143;

    @TempDir
    static Path folder;

    private static Installation satchel;

    @BeforeAll
    static void install() {
        satchel = Installation.in(folder.resolve("s3"));
    }

    @AfterAll
    static void close() {
        satchel.close();
    }

    private static Map<String, String> with(String... more) {
        Map<String, String> environment = new TreeMap<>(satchel.environment());
        environment.put("SATCHEL_SERVE_MANAGEMENT", "-");
        for (int index = 0; index < more.length; index += 2) {
            environment.put(more[index], more[index + 1]);
        }
        return environment;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SATCHEL_SERVE_CLEANUP | hourly | SATCHEL_SERVE_CLEANUP is not a cron expression: expected second, minute,"
                        + " hour, day of the month, month and day of the week, such as '0 30 2 * * *' for 02:30 each day,"
                        + " or '-' to switch it off; was 'hourly'",
                "SATCHEL_SERVE_EXPORTS | */5 * * * * | SATCHEL_SERVE_EXPORTS has the five fields of a crontab: put the"
                        + " second before them, as in '0 */5 * * * *', or '-' to switch it off; was '*/5 * * * *'",
                "SATCHEL_SERVE_STREAKS | 0 0 0 31 2 * | SATCHEL_SERVE_STREAKS names a moment that never comes, or '-' to"
                        + " switch it off; was '0 0 0 31 2 *'",
                "SATCHEL_SERVE_KEYS | 0 0 * * * * | SATCHEL_SERVE_KEYS says when keys are checked, but SATCHEL_KEK is not"
                        + " set: say where the key-encryption keys are, or leave SATCHEL_SERVE_KEYS out",
                "SATCHEL_SERVE_ZONE | Mars/Olympus | SATCHEL_SERVE_ZONE is not a time zone: expected a name such as UTC or"
                        + " Europe/Berlin, was 'Mars/Olympus'",
                "SATCHEL_SERVE_MANAGEMENT | 8081 | SATCHEL_SERVE_MANAGEMENT must be HOST:PORT, such as 127.0.0.1:8081 for"
                        + " this machine and 0.0.0.0:8081 for all, or '-' for none, was '8081'",
                "SATCHEL_SERVE_MANAGEMENT | localhost:99999 | SATCHEL_SERVE_MANAGEMENT must be HOST:PORT, such as"
                        + " 127.0.0.1:8081 for this machine and 0.0.0.0:8081 for all, or '-' for none, was"
                        + " 'localhost:99999'",
                "SATCHEL_HEALTH_STUCK_LEASE | 0s | SATCHEL_HEALTH_STUCK_LEASE must be positive, was PT0S"
            })
    void refusesASettingThatIsWrong(String name, String value, String sentence) {
        Result refused = Installation.satchel(with(name, value), "serve");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err().strip()).isEqualTo("satchel: " + sentence);
    }

    @Test
    void refusesAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                LogLines log = LogLines.of(ServeCommand.class)) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            Result refused = Installation.satchel(with("SATCHEL_SERVE_MANAGEMENT", address), "serve");

            assertThat(log.messages())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith("the program ends: the management port " + address + " cannot be had");
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err().strip())
                    .isEqualTo("satchel: the management port " + address + " cannot be had (Address already in use):"
                            + " name another one, or none, with SATCHEL_SERVE_MANAGEMENT");
        }
    }

    @Test
    void refusesAHostThatNobodyKnows() {
        Result refused = Installation.satchel(with("SATCHEL_SERVE_MANAGEMENT", "no-such-host.invalid:8081"), "serve");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err().strip())
                .isEqualTo("satchel: the host 'no-such-host.invalid' is not known: correct SATCHEL_SERVE_MANAGEMENT");
    }

    @Test
    void refusesADatabaseWithoutTheSchema() {
        try (SampleDatabase empty = SampleDatabase.createUnmigrated()) {
            Result refused = Installation.satchel(with("DATABASE_URL", empty.ownerUrl()), "serve");

            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains("has no tables of Satchel").contains("satchel migrate");
        }
    }

    @Test
    void refusesTooManyExportsAtATime() {
        Result refused = Installation.satchel(with(), "serve", "--concurrency", "65");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("the concurrency must be a whole number from 1 to 64, was 65");
    }

    /** The one that is killed holds the tick and the export; the other one goes on with both. */
    @Test
    void oneGoesOnWhereAnotherIsKilledAndEndsOnSigterm() throws Exception {
        Map<String, String> settings = Map.of(
                "SATCHEL_SERVE_EXPORTS", "* * * * * *",
                "SATCHEL_SERVE_MANAGEMENT", "127.0.0.1:0",
                "SATCHEL_EXPORT_LEASE", "3s",
                "SATCHEL_LOG_FORMAT", "ecs");
        Path output = folder.resolve("output");
        try (FaultyProxy s3 = satchel.proxyToS3()) {
            String id = satchel.requestOfNewUser();
            s3.hold(id);
            Map<String, String> held = new TreeMap<>(satchel.throughProxyToS3(s3));
            held.putAll(settings);
            Process killed = satchel.start(held, List.of(), folder.resolve("killed"), "serve");
            s3.awaitHeld();
            Process other = satchel.start(settings, List.of(), output, "serve");
            Await.until("the other one is there", () -> text(output).contains("health and metrics at "));
            assertThat(satchel.value("SELECT picked FROM satchel.scheduled_tasks WHERE task_name = 'exports'"))
                    .isEqualTo("t");

            killed.destroyForcibly().waitFor();

            Await.until("delivered", () -> satchel.status(id).equals("completed 1"));
            String next = satchel.requestOfNewUser();
            Await.until("the next one", () -> satchel.status(next).equals("completed 0"));
            other.destroy();
            assertThat(Installation.ended(other)).isEqualTo(KILLED_BY_SIGTERM);
        }
        assertThat(satchel.value("SELECT count(*) FROM satchel.scheduled_tasks WHERE picked"))
                .isEqualTo("0");
        List<JsonNode> lines =
                text(output).lines().map(JsonMapper.shared()::readTree).toList();
        assertThat(lines)
                .allSatisfy(
                        line -> assertThat(line.path("service.name").asString()).isEqualTo("satchel"))
                .anyMatch(line -> line.path("message").asString().contains("ran the job exports: another program"))
                .anyMatch(line -> line.path("message").asString().startsWith("stopped by a signal"));
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
