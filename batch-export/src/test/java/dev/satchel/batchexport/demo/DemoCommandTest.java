package dev.satchel.batchexport.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.terminal.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code satchel demo} does where it is not simply run, which {@code ReadmeIT} does. */
class DemoCommandTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int demo(String... arguments) throws Exception {
        Files.createFile(folder.resolve("kept"));
        String[] all = new String[arguments.length + 2];
        all[0] = "--objects";
        all[1] = folder.toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return DemoCommand.run(
                new Console(
                        Map.of(),
                        InputStream.nullInputStream(),
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        false),
                all);
    }

    @Test
    void saysWhatItIsAndRunsNothingWhenAskedForHelp() throws Exception {
        assertThat(demo("--help")).isZero();

        assertThat(out.toString()).startsWith("Usage: satchel demo [-h]").contains("Exit codes: 0 ");
        assertThat(folder.resolve("kept")).exists();
    }

    @Test
    void refusesAnArgument() throws Exception {
        assertThat(demo("s3")).isEqualTo(2);

        assertThat(err.toString()).contains("'s3'");
        assertThat(folder.resolve("kept")).exists();
    }
}
