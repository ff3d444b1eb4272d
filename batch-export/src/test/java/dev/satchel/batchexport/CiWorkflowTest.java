package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What runs on the machines of the repository's host. */
class CiWorkflowTest {

    private static final Path WORKFLOWS = Path.of("../.github/workflows");

    @Test
    void namesEveryActionByItsCommitWithTheVersionBesideIt() throws IOException {
        try (Stream<Path> files = Files.list(WORKFLOWS)) {
            for (Path file : files.toList()) {
                List<String> actions = Files.readString(file)
                        .lines()
                        .filter(line -> line.contains("uses:"))
                        .toList();

                assertThat(actions)
                        .as(file.toString())
                        .isNotEmpty()
                        .allMatch(line ->
                                line.strip().matches("- uses: [\\w-]+/[\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+"));
            }
        }
    }

    @Test
    void grantsAJobNoMoreThanToRead() throws IOException {
        try (Stream<Path> files = Files.list(WORKFLOWS)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file)).as(file.toString()).contains("\npermissions:\n  contents: read\n");
            }
        }
    }
}
