package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.LogLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers that log in as somebody whom row security does not bind. */
class UnboundLoginIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    static Path folder;

    private static Installation installation;

    @BeforeAll
    static void open() throws SQLException {
        installation = Installation.withLearnersIn(folder.resolve("s3"));
        superuser("""
                CREATE ROLE unbound_super LOGIN SUPERUSER PASSWORD 'unbound';
                CREATE ROLE unbound_bypass LOGIN BYPASSRLS PASSWORD 'unbound' IN ROLE satchel_runtime;
                CREATE ROLE unbound_member LOGIN PASSWORD 'unbound' IN ROLE satchel_runtime, satchel_owner;
                """);
    }

    @AfterAll
    static void close() throws SQLException {
        superuser("DROP ROLE unbound_super, unbound_bypass, unbound_member");
        installation.close();
    }

    @ParameterizedTest
    @CsvSource({
        "unbound_super, is a superuser, export run",
        "unbound_super, is a superuser, cleanup",
        "unbound_bypass, has BYPASSRLS, export run",
        "unbound_bypass, has BYPASSRLS, cleanup",
        "unbound_member, 'may become satchel_owner, which owns table public.export_history', export run"
    })
    void areToldOnceARun(String login, String reason, String command) {
        installation.requestOfNewUser();
        installation.requestOfNewUser();

        List<String> lines = linesOf(login, command);

        assertThat(lines.stream().filter(line -> line.contains("row security does not bind")))
                .singleElement()
                .asString()
                .contains("WARN")
                .endsWith("row security does not bind this login: " + login + " " + reason + "; records are still read"
                        + " as 'authenticated', but nothing keeps the login itself, or a function that a policy calls,"
                        + " from other users' rows: log in as a member of satchel_runtime that owns no table and"
                        + " bypasses nothing");
    }

    @ParameterizedTest
    @CsvSource({"export run", "cleanup"})
    void othersAreToldNothing(String command) {
        assertThat(linesOf(null, command)).noneMatch(line -> line.contains("row security"));
    }

    @Test
    void readAsTheUserNevertheless() throws Exception {
        installation.sql("CREATE POLICY strict ON public.sessions AS RESTRICTIVE FOR SELECT USING (false)");
        try {
            String id = installation
                    .satchel("export", "request", "--user", LEARNER, "--type", "sessions", "--format", "json")
                    .succeeded();

            Path output = folder.resolve("output");
            Installation.ended(installation.start(settings("unbound_super"), List.of(), output, "export", "run"));

            assertThat(Files.readString(output)).containsPattern(" WARN  row security does not bind this login: ");
            assertThat(installation.value("SELECT error_message FROM export_history WHERE id = '" + id + "'"))
                    .startsWith("records_hidden");
        } finally {
            installation.sql("DROP POLICY strict ON public.sessions");
        }
    }

    /** What a command that runs in this process logs. */
    private static List<String> linesOf(String login, String command) {
        try (LogLines log = LogLines.ofEverything()) {
            Installation.satchel(settings(login), command.split(" "));
            return log.messagesWithLevels();
        }
    }

    private static Map<String, String> settings(String login) {
        Map<String, String> settings = installation.environment();
        if (login != null) {
            settings.computeIfPresent(
                    "DATABASE_URL", (name, url) -> url.replaceFirst("//[^@]+@", "//" + login + ":unbound@"));
        }
        return settings;
    }

    private static void superuser(String sql) throws SQLException {
        try (Connection connection =
                        installation.database().superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
