package dev.satchel.batchexport.schema.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The types are what the Supabase client and the TypeScript compiler take them for.
 *
 * <p>Not named as other integration tests are, because it needs Node and a package registry: the Maven profile {@code
 * typescript}, active where npm is installed, includes it. What is installed stays in {@code target} for the next time.
 */
class TypescriptTypesWithNpm {

    private static final Path SOURCES = Path.of("src/test/typescript");
    private static final Path PROJECT = Path.of("target/typescript");
    private static final Path INSTALLED = PROJECT.resolve("node_modules/installed-lock.json");

    private static final Pattern ERROR_LINE = Pattern.compile("(?m)^misspelt\\.ts\\((\\d+),\\d+\\): error TS\\d+: ");

    @BeforeAll
    static void install() throws IOException, InterruptedException, SQLException {
        Files.createDirectories(PROJECT);
        try (var sources = Files.newDirectoryStream(SOURCES)) {
            for (Path source : sources) {
                if (Files.isRegularFile(source)) {
                    Files.write(PROJECT.resolve(source.getFileName()), Files.readAllBytes(source));
                }
            }
        }
        Files.writeString(PROJECT.resolve("library.ts"), Library.text("library.ts"));
        try (SampleDatabase database = SampleDatabase.create()) {
            Files.writeString(PROJECT.resolve("database.types.ts"), TypescriptTypes.of(database.workerDataSource()));
        }
        String lock = Files.readString(SOURCES.resolve("package-lock.json"));
        if (!Files.exists(INSTALLED) || !Files.readString(INSTALLED).equals(lock)) {
            // The client asks for a newer Node to run on than a compiler needs to read it.
            List<String> install = List.of(
                    "npm",
                    "ci",
                    "--engine-strict=false",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                    "--prefer-offline");
            Result result = run(install, 240);
            if (result.exitCode() != 0) {
                throw new IllegalStateException("npm could not install what src/test/typescript/package.json names"
                        + " (without a network, leave this test out with -Dsatchel.npm.tests=none):\n"
                        + result.output());
            }
            Files.writeString(INSTALLED, lock);
        }
    }

    @Test
    void aProgramThatSelectsInsertsAndUpdatesCompiles() throws IOException, InterruptedException {
        assertThat(compile("tsconfig.json")).isEqualTo(new Result(0, ""));
    }

    @Test
    void everyMistakeIsRefusedAndNothingElse() throws IOException, InterruptedException {
        List<String> lines = Files.readAllLines(SOURCES.resolve("misspelt.ts"));
        List<Integer> refused = new ArrayList<>();
        for (int index = 0; index < lines.size(); index++) {
            if (lines.get(index).endsWith("// refused")) {
                refused.add(index + 1);
            }
        }

        Result result = compile("tsconfig.misspelt.json");

        assertThat(refused).hasSizeGreaterThan(10);
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(linesOf(result)).as(result.output()).containsExactlyElementsOf(refused);
    }

    @Test
    void oneOfEverythingCompiles() throws IOException, InterruptedException {
        assertThat(compile("tsconfig.library.json")).isEqualTo(new Result(0, ""));
    }

    private static List<Integer> linesOf(Result result) {
        List<Integer> lines = new ArrayList<>();
        Matcher matcher = ERROR_LINE.matcher(result.output());
        while (matcher.find()) {
            lines.add(Integer.valueOf(matcher.group(1)));
        }
        return lines.stream().distinct().sorted().toList();
    }

    private static Result compile(String project) throws IOException, InterruptedException {
        return run(List.of("node", "node_modules/typescript/bin/tsc", "--pretty", "false", "--project", project), 120);
    }

    private static Result run(List<String> command, int seconds) throws IOException, InterruptedException {
        Path output = Files.createTempFile("typescript", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(PROJECT.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException("'" + String.join(" ", command) + "' was not done after " + seconds
                        + " seconds:\n" + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    private record Result(int exitCode, String output) {}
}
