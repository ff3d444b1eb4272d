package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.migrations.SampleDatabase;
import java.io.File;
import java.io.IOException;
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
    private static final String RESOURCES = "dev/satchel/batchexport/schema/catalog/";

    @TempDir
    Path later;

    @Test
    void pastedFilesAreRecordedAndTheColumnIsAdded() throws SQLException, IOException, InterruptedException {
        try (var database = Schemas.unmigrated()) {
            paste(database, "");
            writeTheLaterProgram();

            var planned = satchel(database, "migrate", "--dry-run");
            var migrated = satchel(database, "migrate");
            var verified = satchel(database, "verify");

            assertThat(planned).startsWith("0 ").contains("table public.export_history: has exactly Satchel's shape");
            assertThat(migrated)
                    .startsWith("0 ")
                    .contains("recorded 006 batch job repository, which was there already", "applied 999 note");
            assertThat(verified).startsWith("0 ").contains(" 0 failed");
            assertThat(satchel(database, "migrate")).contains("nothing to do: the schema is at version 999");
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

            assertThat(satchel(database, "migrate"))
                    .startsWith("0 ")
                    .contains("recorded 999 note, which was there already");
            assertThat(satchel(database, "verify")).startsWith("0 ").contains(" 0 failed");
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

    private String satchel(SampleDatabase database, String... arguments) throws IOException, InterruptedException {
        var target = Path.of("target");
        var classPath = String.join(
                File.pathSeparator,
                later.toString(),
                target.resolve("classes").toString(),
                Files.readString(target.resolve("launcher/runtime.classpath"), StandardCharsets.UTF_8)
                        .strip());
        var command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                Installation.SHORT_LIVED,
                                "-cp",
                                classPath,
                                "dev.satchel.batchexport.Satchel"),
                        Stream.of(arguments))
                .toList();
        var output = Files.createTempFile(later, "satchel", ".out");
        var builder = new ProcessBuilder(List.copyOf(command))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("DATABASE_URL", database.ownerUrl());
        int exit = builder.start().waitFor();
        return exit + " " + Files.readString(output);
    }
}
