package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run with nothing to do leaves alone, because each would take a noticeable part of its time. */
class IdleStartIT {

    private static final Pattern CLASS = Pattern.compile("\\S+\\] (\\S+) source:.*");

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @BeforeEach
    void begin() {
        satchel = Installation.in(folder.resolve("s3"));
    }

    @Test
    void aRunWithNothingToDoLoadsOnlyWhatItNeeds() throws Exception {
        Map<String, String> settings =
                Map.of("SATCHEL_STORE", "file://" + Files.createDirectory(folder.resolve("store")));
        Path loaded = folder.resolve("loaded.txt");
        Path output = folder.resolve("output.txt");

        int exit = Installation.ended(
                satchel.start(settings, List.of("-Xlog:class+load:file=" + loaded), output, "export", "run"));

        assertThat(exit).as(Files.readString(output)).isZero();
        List<String> classes = Files.readAllLines(loaded).stream()
                .map(CLASS::matcher)
                .filter(line -> line.matches())
                .map(line -> line.group(1))
                .toList();
        assertThat(classes)
                .contains(Satchel.class.getName(), "dev.satchel.batchexport.cli.export.RunCommand")
                .as("the commands of other groups")
                .noneMatch(
                        name -> name.startsWith("dev.satchel.batchexport.cli.keys.") && !name.endsWith(".KeysCommand"))
                .as("the datasets")
                .noneMatch(name -> name.startsWith("org.snakeyaml."))
                .as("a file of XML for the log")
                .noneMatch(name -> name.startsWith("com.sun.org.apache.xerces."))
                .as("Spring's binding of settings")
                .doesNotContain("org.springframework.boot.context.properties.bind.Binder")
                .as("a context of Spring")
                .noneMatch(name -> name.startsWith("org.springframework.context.support."))
                .as("the library of another store")
                .noneMatch(name -> name.startsWith("software.amazon.awssdk."))
                .as("what only some runs need")
                .noneMatch(name -> name.startsWith("org.flywaydb.")
                        || name.startsWith("org.springframework.integration.")
                        || name.startsWith("reactor.")
                        || name.startsWith("org.apache.kafka."));
    }
}
