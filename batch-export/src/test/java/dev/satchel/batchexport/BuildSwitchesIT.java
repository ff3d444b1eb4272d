package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The usual switches of Maven, tried on this build with one integration test in each module, which fails. */
class BuildSwitchesIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES = List.of(
            "migrations", "domain", "adapters-postgres", "batch-export/judge", "batch-export", "batch-export/starter");

    @TempDir
    Path build;

    @BeforeEach
    void copyTheBuild() throws IOException {
        Files.copy(ROOT.resolve("pom.xml"), build.resolve("pom.xml"));
        Files.createDirectory(build.resolve(".mvn"));
        Files.copy(ROOT.resolve(".mvn/jvm.config"), build.resolve(".mvn/jvm.config"));
        // Without tests, and so without a part in these.
        Files.createDirectories(build.resolve("batch-export/bom"));
        Files.copy(ROOT.resolve("batch-export/bom/pom.xml"), build.resolve("batch-export/bom/pom.xml"));
        // Compiled once, because the compiler's checks take most of the time of such a build.
        Path compiled = compiled();
        for (String module : MODULES) {
            Files.createDirectories(build.resolve(module));
            Files.copy(ROOT.resolve(module + "/pom.xml"), build.resolve(module + "/pom.xml"));
            Path tests = Files.createDirectories(build.resolve(module + "/target/test-classes"));
            Files.copy(compiled, tests.resolve(compiled.getFileName()));
        }
    }

    private Path compiled() throws IOException {
        Path source = Files.writeString(build.resolve("FailingIT.java"), """
                public class FailingIT {
                    @org.junit.jupiter.api.Test
                    public void fails() {
                        throw new AssertionError("it was run");
                    }
                }
                """);
        String classPath =
                Files.readString(Path.of("target/launcher/test.classpath")).strip();
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-proc:none", "-cp", classPath, source.toString()))
                .isZero();
        return build.resolve("FailingIT.class");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-DskipTests", "-DskipITs", "-Dmaven.test.skip"})
    void leavesOutTheIntegrationTests(String skip) throws Exception {
        assertThat(maven(skip)).doesNotContain("it was run", "FailingIT").endsWith("exit 0");
    }

    @Test
    @Tag("matrix")
    void runsTheIntegrationTestsOtherwise() throws Exception {
        assertThat(maven("-pl", "migrations")).contains("it was run").endsWith("exit 1");
    }

    /** Each property is emptied by one profile, so that both profiles may be given together. */
    @ParameterizedTest
    @ValueSource(strings = {"chaos", "matrix"})
    void oneProfileAloneBringsBackEachTag(String tag) throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String property = "satchel.test.excluded." + tag;

        assertThat(pom).containsOnlyOnce("<" + property + ">" + tag + "</" + property + ">");
        assertThat(pom).containsOnlyOnce("<" + property + ">none</" + property + ">");
        for (String excluding : List.of("pom.xml", "batch-export/pom.xml")) {
            assertThat(Files.readString(ROOT.resolve(excluding)).lines())
                    .filteredOn(line -> line.contains("<excludedGroups>") && line.contains("satchel.test."))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("${" + property + "}"));
        }
    }

    private String maven(String... more) throws Exception {
        // Without sources there is nothing to pack.
        List<String> command = new ArrayList<>(List.of(
                "mvn",
                "-B",
                "-o",
                "-q",
                "verify",
                "-Dspotless.check.skip",
                "-Dexec.skip",
                "-Dassembly.skipAssembly",
                // What takes time and has nothing to do with tests.
                "-Dcyclonedx.skip",
                "-Denforcer.skip",
                "-Dlicense.skip",
                "-Dspring-boot.repackage.skip"));
        command.addAll(List.of(more));
        Path output = build.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(build.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // Where these tests run under Maven, it says how to run it, and not how it was to run them.
        builder.environment().remove("MAVEN_CMD_LINE_ARGS");
        builder.environment().merge("MAVEN_OPTS", "-XX:+UseSerialGC", (given, own) -> given + " " + own);
        Process process = builder.start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        return Files.readString(output) + "exit " + process.exitValue();
    }
}
