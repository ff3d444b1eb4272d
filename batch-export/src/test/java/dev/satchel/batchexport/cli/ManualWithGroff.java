package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manual page, read by groff: the Maven profile {@code groff} includes this test. */
class ManualWithGroff {

    @TempDir
    Path share;

    private Path manual;

    @BeforeEach
    void write() throws Exception {
        ShellFiles.main(new String[] {share.toString()});
        manual = share.resolve("man/man1/satchel.1");
    }

    @Test
    void isReadWithoutAWarning() throws Exception {
        assertThat(warnings()).isEmpty();
    }

    @Test
    void wouldBeReadWithAWarningWithAMistake() throws Exception {
        Files.writeString(manual, Files.readString(manual).replaceFirst("\\n\\.SH ", "\n.HS "));

        assertThat(warnings()).contains("HS");
    }

    private String warnings() throws IOException, InterruptedException {
        Path output = share.resolve("output");
        Process process = new ProcessBuilder("groff", "-man", "-ww", "-z", "-Tutf8", manual.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        int exit = Installation.ended(process);
        assertThat(exit).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }
}
