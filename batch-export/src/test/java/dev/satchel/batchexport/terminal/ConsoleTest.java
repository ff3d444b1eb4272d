package dev.satchel.batchexport.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {

    @Test
    void hasColoursUnlessTheVariableSaysSomething() {
        assertThat(console(Map.of()).coloured()).isTrue();
        assertThat(console(Map.of("NO_COLOR", "")).coloured()).isTrue();
        assertThat(console(Map.of("NO_COLOR", "1")).coloured()).isFalse();
        assertThat(console(Map.of("NO_COLOR", "false")).coloured()).isFalse();
    }

    private static Console console(Map<String, String> environment) {
        PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
        return new Console(environment, InputStream.nullInputStream(), nowhere, nowhere, true);
    }
}
