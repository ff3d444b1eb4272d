package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.NpmProject;
import dev.satchel.batchexport.NpmProject.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Dockerfile, read by a parser from npm: the Maven profile {@code typescript} includes this test. */
class DockerfileWithNpm {

    private static final Path DOCKERFILE =
            Path.of("src/distribution/container/Dockerfile").toAbsolutePath();

    @TempDir
    Path folder;

    private static NpmProject npm;

    @BeforeAll
    static void install() throws Exception {
        npm = NpmProject.installed(Path.of("src/test/dockerfile"), Path.of("target/dockerfile"));
    }

    @Test
    void isUnderstood() throws Exception {
        assertThat(problems(DOCKERFILE)).isEqualTo(new Result(0, ""));
    }

    @Test
    void wouldNotBeUnderstoodWithAMistake() throws Exception {
        Path misspelt = Files.writeString(
                folder.resolve("Dockerfile"), Files.readString(DOCKERFILE).replace("WORKDIR", "WORKDIRECTORY"));

        assertThat(problems(misspelt).output()).containsPattern("\\d+: Unknown instruction: WORKDIRECTORY");
    }

    private static Result problems(Path file) throws IOException, InterruptedException {
        return npm.run(List.of("node", "validate.js", file.toString()), 60);
    }
}
