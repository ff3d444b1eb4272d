package dev.satchel.batchexport.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Bash, as a reader has it who pastes commands: in the checkout, with {@code satchel} on the path. */
final class Shell {

    private Shell() {}

    /** What the commands print to standard output; they must all succeed. The folder holds what was printed meanwhile. */
    static String run(Path folder, Map<String, String> values, String script) throws Exception {
        Path path = Files.createDirectories(folder.resolve("bin"));
        if (!Files.exists(path.resolve("satchel"))) {
            Files.createSymbolicLink(path.resolve("satchel"), Documents.ROOT.resolve("satchel"));
        }
        Path out = folder.resolve("out");
        ProcessBuilder builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", filled(values, script))
                .directory(Documents.ROOT.toFile())
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().merge("PATH", path.toString(), (inherited, own) -> own + ":" + inherited);
        builder.environment().put("JAVA_OPTS", Installation.SHORT_LIVED_OPTS);
        Process shell = builder.start();
        shell.getOutputStream().close();
        assertThat(shell.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String shown = Files.readString(out);
        assertThat(shell.exitValue())
                .as(script + shown + Files.readString(folder.resolve("err")))
                .isZero();
        Files.delete(out);
        Files.delete(folder.resolve("err"));
        return shown;
    }

    /** The script with the values of this test in place of the examples. */
    static String filled(Map<String, String> values, String script) {
        String filled = script;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace(value.getKey(), value.getValue());
        }
        return filled;
    }
}
