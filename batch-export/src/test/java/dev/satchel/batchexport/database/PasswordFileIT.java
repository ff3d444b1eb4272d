package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of libpq that hold passwords and services, as docs/connections.md has it. */
class PasswordFileIT {

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    private Path home;
    private String withoutPassword;
    private String right;

    @BeforeAll
    static void install() {
        satchel = Installation.in(folder.resolve("s3"));
    }

    @BeforeEach
    void makeAHome() throws IOException {
        home = Files.createTempDirectory(folder, "home");
        withoutPassword = satchel.database().workerUrl().replaceFirst(":[^:@]+@", "@");
        right = "*:*:*:" + satchel.database().workerUser() + ":"
                + satchel.database().workerPassword() + "\n";
    }

    @Test
    void isReadWhereTheVariableNamesIt() throws Exception {
        Ended list = list(Map.of("PGPASSFILE", file("passwords", right)));

        assertThat(list.exit()).as(list.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void isReadInTheHomeWhereTheVariableIsEmpty(String empty) throws Exception {
        file(".pgpass", right);

        Ended list = list(Map.of("PGPASSFILE", empty));

        assertThat(list.exit()).as(list.output()).isZero();
    }

    @Test
    void isReadForAUrlOfTheDriver() throws Exception {
        file(".pgpass", right);

        Ended list = list(Map.of(
                "DATABASE_URL",
                satchel.database().jdbcUrl() + "?user=" + satchel.database().workerUser()));

        assertThat(list.exit()).as(list.output()).isZero();
    }

    @Test
    void isIgnoredWhenAPasswordIsGiven() throws Exception {
        file(".pgpass", right);

        Ended variable = list(Map.of("PGPASSWORD", "wrong"));
        Ended url = list(Map.of("DATABASE_URL", withoutPassword.replace("@", ":wrong@")));

        for (Ended refused : List.of(variable, url)) {
            assertThat(refused.output()).startsWith("satchel: the database refused the login: ");
            assertThat(refused.exit()).isEqualTo(1);
        }
    }

    @Test
    void isNotRepeatedWhenItsPasswordIsWrong() throws Exception {
        Ended refused = list(Map.of("PGPASSFILE", file("passwords", right.replaceFirst("[^:]+\\n", "hunter2\n"))));

        assertThat(refused.output())
                .startsWith("satchel: the database refused the login: ")
                .doesNotContain("hunter2");
        assertThat(refused.exit()).isEqualTo(1);
    }

    @Test
    void thatIsMissingLeavesTheLoginWithoutAPassword() throws Exception {
        Ended refused = list(Map.of("PGPASSFILE", home.resolve("missing").toString()));

        assertThat(refused.output()).startsWith("satchel: the database ").contains("password");
        assertThat(refused.exit()).isEqualTo(1);
    }

    @Test
    void ofServicesIsNotReadAndAServiceIsRefusedByName() throws Exception {
        String services = file("services", "[app]\nhost=db.example.invalid\n");
        String passwords = file("passwords", right);

        Ended unread =
                list(Map.of("PGPASSFILE", passwords, "PGSERVICEFILE", services, "PGSYSCONFDIR", home.toString()));
        Ended variable = list(Map.of("PGPASSFILE", passwords, "PGSERVICEFILE", services, "PGSERVICE", "app"));
        Ended parameter = list(Map.of("DATABASE_URL", withoutPassword + "?service=app", "PGSERVICEFILE", services));
        Ended driver = list(Map.of("DATABASE_URL", satchel.database().jdbcUrl() + "?service=app"));

        assertThat(unread.exit()).as(unread.output()).isZero();
        for (Ended refused : List.of(variable, parameter, driver)) {
            assertThat(refused.output())
                    .containsIgnoringCase("service")
                    .contains("Satchel reads no service file; write what it says into DATABASE_URL");
            assertThat(refused.exit()).isEqualTo(2);
        }
    }

    private String file(String name, String content) throws IOException {
        Path file = Files.writeString(home.resolve(name), content);
        Files.setAttribute(file, "unix:mode", 0600);
        return file.toString();
    }

    private record Ended(int exit, String output) {}

    private Ended list(Map<String, String> more) throws Exception {
        Map<String, String> settings = new TreeMap<>(Map.of("DATABASE_URL", withoutPassword));
        settings.putAll(more);
        Path output = home.resolve("output");
        Files.deleteIfExists(output);
        int exit =
                Installation.ended(satchel.start(settings, List.of("-Duser.home=" + home), output, "export", "list"));
        return new Ended(exit, Files.readString(output));
    }
}
