package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits the size of packages and files in the main source trees of all modules. */
class SourceTreeTest {

    /** Files of a package, without its package-info. */
    private static final int MOST_FILES = 15;

    private static final int MOST_LINES = 400;

    /** Accepted packages and files above a limit, by their path in the checkout, each with the reason. */
    private static final Map<String, String> EXCEPTIONS = Map.of();

    /** Surefire runs each module's tests in its own directory. */
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void everyPackageAndFileIsSmallEnoughOrSaysWhyNot() throws IOException {
        assertThat(tooLarge(CHECKOUT))
                .satisfies(found -> assertThat(found.keySet()).isEqualTo(EXCEPTIONS.keySet()));
    }

    @Test
    void everyModuleIsExamined() throws IOException {
        assertThat(packages(CHECKOUT).keySet())
                .contains(
                        "domain/src/main/java/dev/satchel",
                        "adapters-postgres/src/main/java/dev/satchel/postgres",
                        "batch-export/src/main/java/dev/satchel/batchexport");
    }

    /** The packages and files above a limit, each with its size. */
    private static Map<String, Integer> tooLarge(Path checkout) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        for (Map.Entry<String, List<Path>> each : packages(checkout).entrySet()) {
            long classes = each.getValue().stream()
                    .filter(file -> !file.endsWith("package-info.java"))
                    .count();
            if (classes > MOST_FILES) {
                found.put(each.getKey(), (int) classes);
            }
            for (Path file : each.getValue()) {
                int lines = Files.readAllLines(file).size();
                if (lines > MOST_LINES) {
                    found.put(relative(checkout, file), lines);
                }
            }
        }
        return found;
    }

    /** The Java files of each main package, by the path of the package. */
    private static Map<String, List<Path>> packages(Path checkout) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> modules = Files.list(checkout)) {
            modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .forEach(tree -> files.addAll(javaFiles(tree)));
        }
        return files.stream()
                .collect(Collectors.groupingBy(
                        file -> relative(checkout, file.resolveSibling("")), TreeMap::new, Collectors.toList()));
    }

    private static List<Path> javaFiles(Path tree) {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String relative(Path checkout, Path path) {
        return checkout.relativize(path).toString().replace('\\', '/');
    }

    @Nested
    class TheRule {

        @TempDir
        private Path checkout;

        private void write(String name, int lines) throws IOException {
            Path file = checkout.resolve("module/src/main/java/example").resolve(name);
            Files.createDirectories(file.resolveSibling(""));
            Files.writeString(file, "// line\n".repeat(lines));
        }

        @Test
        void findsAPackageOfMoreThanFifteenFiles() throws IOException {
            for (int number = 1; number <= MOST_FILES + 1; number++) {
                write("Class" + number + ".java", 1);
            }

            assertThat(tooLarge(checkout)).containsExactly(Map.entry("module/src/main/java/example", MOST_FILES + 1));
        }

        @Test
        void acceptsFifteenFilesAndAPackageInfo() throws IOException {
            for (int number = 1; number <= MOST_FILES; number++) {
                write("Class" + number + ".java", 1);
            }
            write("package-info.java", 1);

            assertThat(tooLarge(checkout)).isEmpty();
        }

        @Test
        void findsAFileOfMoreThanFourHundredLines() throws IOException {
            write("Long.java", MOST_LINES + 1);

            assertThat(tooLarge(checkout))
                    .containsExactly(Map.entry("module/src/main/java/example/Long.java", MOST_LINES + 1));
        }

        @Test
        void acceptsAFileOfFourHundredLines() throws IOException {
            write("Long.java", MOST_LINES);

            assertThat(tooLarge(checkout)).isEmpty();
        }

        @Test
        void ignoresTests() throws IOException {
            Path test = checkout.resolve("module/src/test/java/example/LongTest.java");
            Files.createDirectories(test.resolveSibling(""));
            Files.writeString(test, "// line\n".repeat(MOST_LINES + 1));

            assertThat(tooLarge(checkout)).isEmpty();
        }
    }
}
