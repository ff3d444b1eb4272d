package dev.satchel.batchexport.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The option {@code --quiet}, as a line of cron has it: a command prints when somebody should look. */
class QuietIT {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"--quiet", "-q"})
    void saysNothingOfExportsThatWereDelivered(String quiet) throws Exception {
        try (Installation satchel = Installation.in(folder)) {
            String id = satchel.requestOfNewUser();
            Path output = folder.resolve("output");

            int exit = Installation.ended(satchel.start(Map.of(), List.of(), output, "export", "run", quiet));

            assertThat(exit).isZero();
            assertThat(Files.readString(output)).isEmpty();
            assertThat(satchel.status(id)).isEqualTo("completed 0");
        }
    }

    @Test
    void saysWhatFailed() throws Exception {
        try (Installation satchel = Installation.in(folder)) {
            String id = satchel.requestOfNewUser();
            satchel.sql("UPDATE export_history SET export_type = 'nonsense' WHERE id = '" + id + "'");

            Result run = satchel.satchel("export", "run", "--quiet");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.out()).startsWith("delivered 0 (0 records, 0 bytes), failed 1, ");
        }
    }

    @Test
    void saysNothingOfFilesThatWereRemoved() throws Exception {
        try (Installation satchel = Installation.in(folder)) {
            satchel.requestOfNewUser();
            satchel.satchel("export", "run").succeeded();
            satchel.sql("UPDATE export_history SET expires_at = now() - interval '1 minute'");
            Path output = folder.resolve("output");

            int exit = Installation.ended(satchel.start(Map.of(), List.of(), output, "cleanup", "--quiet"));

            assertThat(exit).isZero();
            assertThat(Files.readString(output)).isEmpty();
            assertThat(satchel.objects()).isEmpty();
        }
    }

    @Test
    void namesFilesOfAnotherStore() throws Exception {
        try (Installation satchel = Installation.in(folder)) {
            satchel.requestOfNewUser();
            satchel.satchel("export", "run").succeeded();
            satchel.sql("UPDATE export_history SET expires_at = now() - interval '1 minute'");
            Map<String, String> elsewhere = satchel.environment();
            elsewhere.put("SATCHEL_STORE", folder.resolve("other").toUri().toString());
            Files.createDirectory(folder.resolve("other"));

            Result cleanUp = Installation.satchel(elsewhere, "cleanup", "--quiet");

            assertThat(cleanUp.out()).startsWith("left 1 in another store, s3://");
            assertThat(satchel.objects()).hasSize(1);
        }
    }
}
