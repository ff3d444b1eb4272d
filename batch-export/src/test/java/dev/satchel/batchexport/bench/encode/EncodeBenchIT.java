package dev.satchel.batchexport.bench.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.bench.Bench;
import dev.satchel.batchexport.terminal.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The benchmark with numbers that say nothing about speed, so that it can be run when somebody wants to know. */
class EncodeBenchIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void measuresTimeAndGarbagePerRecord() {
        int exit = bench("encode", "--forks", "0", "--iterations", "1", "--millis", "1");

        assertThat(exit).as(out + "" + err).isZero();
        for (String name : new String[] {"decode", "csv", "jsonl", "jacksonJsonl"}) {
            assertThat(out.toString())
                    .containsPattern("(?m)^" + name
                            + " +[0-9.]+ ns per record .* [0-9,]+ records/s +[0-9.]+ bytes of garbage per record$");
        }
    }

    @Test
    void refusesWhatItCannotMeasure() {
        assertThat(bench("encode", "--forks", "-1")).isEqualTo(2);
        assertThat(err.toString()).contains("--forks must be at least 0, was -1");
        assertThat(bench("encode", "--iterations", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--iterations must be at least 1, was 0");
        assertThat(out.toString()).isEmpty();
    }

    private int bench(String... arguments) {
        return Bench.run(
                new Console(
                        Map.of(),
                        InputStream.nullInputStream(),
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        false),
                arguments);
    }
}
