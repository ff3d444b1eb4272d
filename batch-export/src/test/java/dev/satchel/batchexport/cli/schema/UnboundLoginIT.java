package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
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
        installation = Installation.in(folder.resolve("s3"));
        installation.database().withLearners();
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
    void areToldOnceARun(String login, String reason, String command) throws Exception {
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
    void othersAreToldNothing(String command) throws Exception {
        assertThat(linesOf(null, command)).noneMatch(line -> line.contains("row security"));
    }

    @Test
    void readAsTheUserNevertheless() throws Exception {
        installation.sql("CREATE POLICY strict ON public.sessions AS RESTRICTIVE FOR SELECT USING (false)");
        try {
            String id = installation
                    .satchel("export", "request", "--user", LEARNER, "--type", "sessions", "--format", "json")
                    .succeeded();

            linesOf("unbound_super", "export run");

            assertThat(installation.value("SELECT error_message FROM export_history WHERE id = '" + id + "'"))
                    .startsWith("records_hidden");
        } finally {
            installation.sql("DROP POLICY strict ON public.sessions");
        }
    }

    private static List<String> linesOf(String login, String command) throws Exception {
        Path output = Files.createTempFile(folder, "run", ".log");
        String url = installation.environment().get("DATABASE_URL");
        Map<String, String> more = login == null
                ? Map.of()
                : Map.of("DATABASE_URL", url.replaceFirst("//[^@]+@", "//" + login + ":unbound@"));
        Installation.ended(installation.start(more, List.of(), output, command.split(" ")));
        return Files.readAllLines(output);
    }

    private static void superuser(String sql) throws SQLException {
        try (Connection connection =
                        installation.database().superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
