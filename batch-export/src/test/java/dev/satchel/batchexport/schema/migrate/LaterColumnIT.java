package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database whose files were pasted into an SQL editor meets the program of a later version, which adds a column. */
class LaterColumnIT {

    private static final String LATER = "V999__note.sql";
    private static final String END = "\n=== end ===\n";
    private static final String RESOURCES = "dev/satchel/batchexport/schema/catalog/";

    @TempDir
    Path later;

    @Test
    void pastedFilesAreRecordedAndTheColumnIsAdded() throws SQLException, IOException, InterruptedException {
        try (var database = Schemas.unmigrated()) {
            paste(database, "");
            writeTheLaterProgram();

            var results = satchel(database, "migrate --dry-run", "migrate", "verify", "migrate");

            assertThat(results.get(0))
                    .startsWith("0 ")
                    .contains("table public.export_history: has exactly Satchel's shape");
            assertThat(results.get(1))
                    .startsWith("0 ")
                    .contains("recorded 006 batch job repository, which was there already", "applied 999 note");
            assertThat(results.get(2)).startsWith("0 ").contains(" 0 failed");
            assertThat(results.get(3)).startsWith("0 ").contains("nothing to do: the schema is at version 999");
        }
    }

    /** The later file was pasted too. */
    @Test
    void aPastedColumnIsRecorded() throws SQLException, IOException, InterruptedException {
        try (var database = Schemas.unmigrated()) {
            writeTheLaterProgram();
            paste(
                    database,
                    Files.readString(later.resolve("dev/satchel/db/migration").resolve(LATER)));

            var results = satchel(database, "migrate", "verify");

            assertThat(results.get(0)).startsWith("0 ").contains("recorded 999 note, which was there already");
            assertThat(results.get(1)).startsWith("0 ").contains(" 0 failed");
        }
    }

    private static void paste(SampleDatabase database, String last) throws SQLException {
        var files = new ArrayList<String>();
        try (var connection = database.ownerDataSource().getConnection()) {
            SchemaFiles.pending(connection).forEach(file -> files.add(file.getScript()));
        }
        for (var file : files) {
            Schemas.run(database.ownerDataSource(), SchemaFiles.read(file));
        }
        if (!last.isEmpty()) {
            Schemas.run(database.ownerDataSource(), last);
        }
    }

    /** A further migration, with its contract and its steps, in front of those of the program. */
    private void writeTheLaterProgram() throws IOException {
        Files.createDirectories(later.resolve("dev/satchel/db/migration"));
        Files.writeString(later.resolve("dev/satchel/db/migration").resolve(LATER), """
                SET LOCAL search_path = pg_catalog, pg_temp;
                ALTER TABLE public.export_history ADD COLUMN note text;
                """);
        Files.createDirectories(later.resolve(RESOURCES));
        add("SchemaContract.txt", """
                column public.export_history.note: position 20, text, nullable
                migration %s: applied
                """.formatted(LATER));
        add("SchemaSteps.txt", "%s: column public.export_history.note\n".formatted(LATER));
    }

    private void add(String file, String lines) throws IOException {
        Files.writeString(later.resolve(RESOURCES).resolve(file), Schemas.resource("/" + RESOURCES + file) + lines);
    }

    /** What each command returned and said; all in one process, whose class path begins with what is later. */
    private List<String> satchel(SampleDatabase database, String... commands) throws IOException, InterruptedException {
        var target = Path.of("target");
        var classPath = String.join(
                File.pathSeparator,
                later.toString(),
                target.resolve("classes").toString(),
                target.resolve("test-classes").toString(),
                Files.readString(target.resolve("launcher/runtime.classpath"), StandardCharsets.UTF_8)
                        .strip());
        var command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                Installation.SHORT_LIVED,
                                "-XX:+UseSerialGC",
                                "-Dslf4j.provider=dev.satchel.batchexport.terminal.log.ProgramLogging",
                                "-cp",
                                classPath,
                                LaterColumnIT.class.getName()),
                        Stream.of(commands))
                .toList();
        var output = Files.createTempFile(later, "satchel", ".out");
        var log = Files.createTempFile(later, "satchel", ".log");
        var builder = new ProcessBuilder(command).redirectError(log.toFile()).redirectOutput(output.toFile());
        builder.environment().put("DATABASE_URL", database.ownerUrl());
        int exit = builder.start().waitFor();
        assertThat(exit).as(Files.readString(log)).isZero();
        var results = List.of(Files.readString(output).split(END, -1));
        assertThat(results).as(Files.readString(log)).hasSize(commands.length + 1);
        return results;
    }

    /** The later program: runs each of the commands and prints first what it returned. */
    public static void main(String[] commands) {
        for (var command : commands) {
            var said = new StringWriter();
            var writer = new PrintWriter(said, true);
            var console = new Console(System.getenv(), InputStream.nullInputStream(), writer, writer, false);
            System.out.print(SatchelCommand.run(console, command.split(" ", -1)) + " " + said + END);
        }
    }
}
