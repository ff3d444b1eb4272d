package dev.satchel.batchexport.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** PostgreSQL's own {@code pg_dump} and {@code pg_restore}, which the embedded servers come without. */
public record PgTools(Path directory) {

    private static final String PROPERTY = "satchel.test.pgtools";
    private static final String VARIABLE = "SATCHEL_TEST_PGTOOLS";

    /** Those of the directory that the test is told. */
    public static PgTools given() {
        var given = Optional.ofNullable(System.getProperty(PROPERTY, System.getenv(VARIABLE)))
                .filter(directory -> !directory.isBlank());
        assertThat(given)
                .as("-D%s, or %s, is the directory of pg_dump and pg_restore; see CONTRIBUTING", PROPERTY, VARIABLE)
                .isPresent();
        var directory = Path.of(given.orElseThrow());
        for (var tool : List.of("pg_dump", "pg_restore")) {
            assertThat(directory.resolve(tool))
                    .as("what -D%s leads to", PROPERTY)
                    .isExecutable();
        }
        return new PgTools(directory);
    }

    /** The major version, which is the newest of a server that can be dumped. */
    public int major() throws IOException, InterruptedException {
        return Integer.parseInt(run("pg_dump", "--version").output().replaceFirst("(?s)\\D*(\\d+).*", "$1"));
    }

    public void dump(String url, Path archive, String... options) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--format=custom", "--file=" + archive, "--dbname=" + url));
        var dump = run("pg_dump", arguments.toArray(String[]::new));
        assertThat(dump.exit()).as(dump.output()).isZero();
    }

    /** Restores all that can be, and tells what cannot. */
    public Run restore(String url, Path archive, String... options) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--dbname=" + url, archive.toString()));
        return run("pg_restore", arguments.toArray(String[]::new));
    }

    private Run run(String tool, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(directory.resolve(tool).toString());
        command.addAll(List.of(arguments));
        var output = Files.createTempFile(tool, ".txt");
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(tool).isTrue();
            return new Run(process.exitValue(), Objects.requireNonNull(Files.readString(output)));
        } finally {
            Files.delete(output);
        }
    }

    public record Run(int exit, String output) {

        /** What could not be restored. Servers before 17 do not know a setting that pg_restore turns off first. */
        public List<String> errors() {
            return output.lines()
                    .filter(line -> line.startsWith("pg_restore: error: "))
                    .filter(line -> !line.endsWith("unrecognized configuration parameter \"transaction_timeout\""))
                    .toList();
        }
    }
}
