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

/** {@code export run --quiet}, as a line of cron has it: it prints when somebody should look. */
class QuietRunIT {

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
}
