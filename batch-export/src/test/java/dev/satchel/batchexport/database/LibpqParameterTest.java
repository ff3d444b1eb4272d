package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LibpqParameterTest {

    @Test
    void isDocumentedAsItIs() throws IOException {
        String documented = Files.readString(Path.of("../docs/connections.md"));

        assertThat(documented.lines().filter(line -> line.startsWith("| `")))
                .containsExactlyElementsOf(Arrays.stream(LibpqParameter.values())
                        .map(LibpqParameterTest::row)
                        .toList());
    }

    private static String row(LibpqParameter parameter) {
        String variable = parameter.variable == null ? "" : "`" + parameter.variable + "` ";
        return "| `" + parameter.key + "` | " + variable + "| " + parameter.rule.description + " |";
    }
}
