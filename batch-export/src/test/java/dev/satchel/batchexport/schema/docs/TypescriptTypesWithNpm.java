package dev.satchel.batchexport.schema.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.NpmProject;
import dev.satchel.batchexport.NpmProject.Result;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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

    private static final Pattern ERROR_LINE = Pattern.compile("(?m)^misspelt\\.ts\\((\\d+),\\d+\\): error TS\\d+: ");

    private static NpmProject npm;

    @BeforeAll
    static void install() throws IOException, InterruptedException, SQLException {
        npm = NpmProject.installed(SOURCES, PROJECT);
        Files.writeString(PROJECT.resolve("library.ts"), Library.text("library.ts"));
        try (SampleDatabase database = SampleDatabase.create()) {
            Files.writeString(PROJECT.resolve("database.types.ts"), TypescriptTypes.of(database.workerDataSource()));
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
        return npm.run(
                List.of("node", "node_modules/typescript/bin/tsc", "--pretty", "false", "--project", project), 120);
    }
}
