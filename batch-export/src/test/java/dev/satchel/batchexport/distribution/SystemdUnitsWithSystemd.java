package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The units, read by systemd: the Maven profile {@code systemd} includes this test. */
class SystemdUnitsWithSystemd {

    @TempDir
    static Path folder;

    private static Distribution distribution;

    @BeforeAll
    static void unpack() throws Exception {
        distribution = Distribution.unpackedIn(folder);
    }

    @Test
    void areUnderstood() throws Exception {
        assertThat(remarks("", "")).isEmpty();
    }

    @Test
    void wouldNotBeUnderstoodWithAMistake() throws Exception {
        assertThat(remarks("ProtectSystem=", "ProtectSytem=")).isNotEmpty();
    }

    // It also reads units of the system that these depend on, and may have something to say about those.
    private static List<String> remarks(String right, String wrong) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify", "--man=no"));
        for (Path unit : Stream.concat(SystemdUnitsIT.services().stream(), SystemdUnitsIT.timers().stream())
                .toList()) {
            command.add(Files.writeString(
                            folder.resolve(unit.getFileName()),
                            Files.readString(unit)
                                    .replace(
                                            SystemdUnitsIT.PROGRAM,
                                            distribution.launcher().toString())
                                    .replace(right, wrong))
                    .toString());
        }
        return Distribution.run(command)
                .lines()
                .filter(line -> line.contains("satchel"))
                .toList();
    }
}
