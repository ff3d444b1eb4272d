package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the Dockerfile promises about the image. */
class DockerfileTest {

    private static final Path FILE = Path.of("src/distribution/container/Dockerfile");

    @Test
    void runsAsTheUserThatKubernetesExpects() throws IOException {
        assertThat(instructions("USER")).containsExactly("10001:10001");
        assertThat(Files.readString(Path.of("src/distribution/kubernetes/export-run.yaml")))
                .contains("runAsUser: 10001", "runAsGroup: 10001");
    }

    @Test
    void copiesWhatTheDistributionHas() throws IOException {
        assertThat(instructions("COPY").stream()
                        .flatMap(copy ->
                                Stream.of(copy.replaceFirst("--chmod=\\d+ ", "").split(" ")))
                        .filter(name -> !name.startsWith("/opt/")))
                .containsExactly("bin/", "lib/", "LICENSE", "THIRD-PARTY.txt");
    }

    /** A build by somebody with umask 027 would otherwise make an image whose own user cannot read it. */
    @Test
    void makesEverythingReadableForItsUser() throws IOException {
        assertThat(instructions("COPY")).allMatch(copy -> copy.matches("--chmod=0(755|644) .*"));
    }

    @Test
    void leavesAWorkerTheTimeThatItTakesToStop() throws IOException {
        assertThat(Files.readString(FILE)).contains(" --stop-timeout 60 ", "--tag satchel:VERSION ");
    }

    @Test
    void startsTheLauncherWithoutAShellSoThatSignalsReachIt() throws IOException {
        assertThat(instructions("ENTRYPOINT")).containsExactly("[\"/opt/satchel/bin/satchel\"]");
        assertThat(instructions("FROM")).singleElement().asString().matches("[a-z-]+:\\d+-jre");
    }

    private static List<String> instructions(String name) throws IOException {
        return Files.readAllLines(FILE).stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .toList();
    }
}
