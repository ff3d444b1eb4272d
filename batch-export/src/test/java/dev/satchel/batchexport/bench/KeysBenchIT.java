package dev.satchel.batchexport.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.terminal.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The benchmark with numbers that say nothing about speed, so that it can be run when somebody wants to know. */
class KeysBenchIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void comparesSealingAndTheVaultWithTheirPeers() {
        int exit = bench("keys", "--rounds", "2", "--keys", "50", "--users", "7", "--transactions", "20");

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString())
                .containsPattern("(?m)^1 threads: seal .*/s bare AES-GCM .*/s ours .* × ")
                .containsPattern("(?m)^1 threads: open .*/s bare AES-GCM .*/s ours .* × ")
                .containsPattern("(?m)^2 threads: seal and open .* aim 20,000/s: (met|missed)$")
                .containsPattern("(?m)^4 threads: set in the vault .*/s bare UPDATE .*/s ours .* × ")
                .containsPattern("(?m)^4 threads: use from the vault .*/s bare INSERT and SELECT .*/s ours .* × ")
                .contains("every key was what had been set");
    }

    @Test
    void refusesWhatItCannotMeasure() {
        assertThat(bench("keys", "--rounds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--rounds must be at least 1, was 0");
        assertThat(bench("keys", "--users", "-1")).isEqualTo(2);
        assertThat(err.toString()).contains("--users must be at least 1, was -1");
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
