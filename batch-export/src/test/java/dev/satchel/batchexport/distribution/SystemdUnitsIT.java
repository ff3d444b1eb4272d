package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.run.ExportSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The units of systemd: what they run, what they may do, and where their settings and secrets come from. */
class SystemdUnitsIT {

    static final Path FOLDER = Path.of("src/distribution/systemd");
    static final String PROGRAM = "/opt/satchel/bin/satchel";

    /** What bounds a service, the same in each. */
    private static final List<String> HARDENING = List.of(
            "DynamicUser=yes",
            "User=satchel",
            "UMask=0077",
            "NoNewPrivileges=yes",
            "CapabilityBoundingSet=",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
            "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
            "SystemCallFilter=@system-service",
            "SuccessExitStatus=143");

    static List<Path> services() throws IOException {
        return units(".service");
    }

    static List<Path> timers() throws IOException {
        return units(".timer");
    }

    private static List<Path> units(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void runsACommandThatExists(Path unit) throws IOException {
        String command = value(unit, "ExecStart");

        assertThat(command).startsWith(PROGRAM + " ");
        List<String> call = new ArrayList<>(
                List.of(command.substring(PROGRAM.length()).strip().split(" ")));
        call.add("--help");
        Installation.satchel(Map.of(), call.toArray(String[]::new)).succeeded();
    }

    @ParameterizedTest
    @MethodSource("services")
    void boundsTheService(Path unit) throws IOException {
        assertThat(Files.readAllLines(unit)).containsAll(HARDENING);
        assertThat(section(unit)).isEqualTo(section(services().get(0)));
    }

    // Whole units, because a drop-in that was not copied would take the bounds away in silence.
    private static List<String> section(Path unit) throws IOException {
        return Files.readAllLines(unit).stream()
                .dropWhile(line -> !line.startsWith("# The same in every unit"))
                .takeWhile(line -> !line.isEmpty())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("services")
    void givesTheServiceTheTimeThatItTakesToStop(Path unit) throws IOException {
        Duration grace = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("satchel.export", ExportSettings.class)
                .stopGrace();

        assertThat(Duration.ofSeconds(Long.parseLong(value(unit, "TimeoutStopSec"))))
                .isGreaterThan(grace.plusSeconds(10));
    }

    @ParameterizedTest
    @MethodSource("services")
    void readsSecretsFromCredentialsOnly(Path unit) throws IOException {
        assertThat(Files.readAllLines(unit).stream().filter(line -> line.startsWith("Environment=")))
                .isNotEmpty()
                .allMatch(line -> line.matches("Environment=\\w+=(file:)?%d/[\\w.]+"))
                .allSatisfy(line -> assertThat(Files.readAllLines(unit))
                        .anyMatch(other -> other.startsWith("LoadCredential=" + line.replaceFirst(".*/", "") + ":")));
    }

    @ParameterizedTest
    @MethodSource("timers")
    void startsAServiceThatExists(Path timer) throws IOException {
        assertThat(Path.of(timer.toString().replace(".timer", ".service"))).exists();
        assertThat(Files.readAllLines(timer)).contains("Persistent=true", "WantedBy=timers.target");
    }

    /** So that each part may have a login of its own: the later file overrides the earlier one. */
    @ParameterizedTest
    @MethodSource("services")
    void readsSettingsOfItsOwnAfterThoseOfAll(Path unit) throws IOException {
        assertThat(Files.readAllLines(unit).stream().filter(line -> line.startsWith("EnvironmentFile=")))
                .containsExactly("EnvironmentFile=/etc/satchel/satchel.env", "EnvironmentFile=-/etc/satchel/%N.env");
    }

    /** A service without a home has no certificates in it, so the address says whom it trusts. */
    @Test
    void settingsNameTheAuthoritiesOfTheDatabase() throws IOException {
        assertThat(value(FOLDER.resolve("satchel.env"), "DATABASE_URL"))
                .endsWith("?sslmode=verify-full&sslrootcert=system");
        assertThat(services())
                .allSatisfy(unit -> assertThat(Files.readAllLines(unit))
                        .contains(
                                "#LoadCredential=database-ca.pem:/etc/satchel/database-ca.pem",
                                "#Environment=PGSSLROOTCERT=%d/database-ca.pem"));
    }

    /** A drop-in adds to a list: without the empty line the unit would still ask for the file of keys. */
    @Test
    void keysShowTheWholeDropInForKms() throws IOException {
        assertThat(Files.readString(FOLDER.resolve("satchel-keys.service"))).contains("""
                #[Service]
                #LoadCredential=
                #LoadCredential=pgpass:/etc/satchel/pgpass
                #Environment=SATCHEL_KEK=aws-kms:arn:aws:kms:REGION:ACCOUNT:key/ID
                """);
    }

    /** What a parser would complain of first; systemd itself reads them in {@link SystemdUnitsWithSystemd}. */
    @ParameterizedTest
    @MethodSource({"services", "timers"})
    void hasSectionsWithSettings(Path unit) throws IOException {
        assertThat(Files.readAllLines(unit))
                .allMatch(line -> line.matches("|#.*|\\[(Unit|Service|Timer|Install)]|[A-Z][A-Za-z]+=\\S?.*"))
                .contains("[Unit]", unit.toString().endsWith(".timer") ? "[Timer]" : "[Service]");
    }

    private static String value(Path unit, String name) throws IOException {
        return Files.readAllLines(unit).stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }
}
