package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The SQL that makes logins, run as one batch, and what the logins may do. */
class RoleFilesIT {

    static List<Path> files() throws IOException {
        try (var files = Files.list(Path.of("src/distribution/sql"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void makesLoginsThatMayDoTheirPart(Path file) throws Exception {
        // The tests' own login has the name that the file gives.
        String script = Files.readString(file).replaceAll("\\b(satchel_\\w*worker)\\b", "$1_of_the_file");
        List<String> logins = Pattern.compile("CREATE ROLE (\\w+)")
                .matcher(script)
                .results()
                .map(role -> role.group(1))
                .toList();
        try (SampleDatabase database = SampleDatabase.create()) {
            logins.forEach(login -> run(database, "DROP ROLE IF EXISTS " + login));
            try {
                run(database, script);
                for (String login : logins) {
                    run(database, "ALTER ROLE " + login + " PASSWORD 'worker-of-a-test'");
                    String url = database.workerUrl().replaceFirst("//[^@]+@", "//" + login + ":worker-of-a-test@");

                    Result verified = Installation.satchel(Map.of("DATABASE_URL", url), "verify", "--quiet");
                    Result exports = Installation.satchel(Map.of("DATABASE_URL", url), "export", "list");

                    assertThat(verified.exit())
                            .as(login + verified.out() + verified.err())
                            .isZero();
                    assertThat(verified.out()).doesNotContain(login);
                    assertThat(exports.exit()).isEqualTo(login.matches("satchel_(vault|rotation)_.*") ? 1 : 0);
                }
            } finally {
                logins.forEach(login -> run(database, "DROP ROLE IF EXISTS " + login));
            }
        }
    }

    private static void run(SampleDatabase database, String script) {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(script);
        } catch (SQLException failed) {
            throw new AssertionError(script, failed);
        }
    }
}
