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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The units of systemd: what they run, what they may do, and that systemd understands them where there is one. */
class SystemdUnitsIT {

    private static final Path FOLDER = Path.of("src/distribution/systemd");
    private static final Path SYSTEMD = Path.of("/usr/bin/systemd-analyze");
    private static final String PROGRAM = "/opt/satchel/bin/satchel";

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

    @TempDir
    static Path folder;

    private static Distribution distribution;

    @BeforeAll
    static void unpack() throws Exception {
        distribution = Distribution.unpackedIn(folder);
    }

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

    @Test
    void systemdUnderstandsThemWhereItIs() throws Exception {
        List<String> command = new ArrayList<>(List.of(SYSTEMD.toString(), "verify", "--man=no"));
        for (Path unit : Stream.concat(services().stream(), timers().stream()).toList()) {
            command.add(Files.writeString(
                            folder.resolve(unit.getFileName()),
                            Files.readString(unit)
                                    .replace(PROGRAM, distribution.launcher().toString()))
                    .toString());
        }

        // It also reads units of the system that these depend on, and may have something to say about those.
        String shown = Files.isExecutable(SYSTEMD) ? Distribution.run(command) : "";
        assertThat(shown.lines().filter(line -> line.contains("satchel"))).isEmpty();
    }

    private static String value(Path unit, String name) throws IOException {
        return Files.readAllLines(unit).stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }
}
