package dev.satchel.batchexport.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two programs on machines whose clocks differ by five minutes, by libfaketime: {@code -Dsatchel.ticks=500} for more ticks
 * than the few that always run, {@code -Dsatchel.faketime=FILE} for the library elsewhere.
 */
class ClocksWithFaketime {

    private static final int TICKS = Integer.getInteger("satchel.ticks", 12);
    private static final String LIBRARY =
            System.getProperty("satchel.faketime", "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");
    private static final Pattern TICK = Pattern.compile("streaks: the tick of (\\S+) begins");

    @TempDir
    Path folder;

    @Test
    void runEachTickOnceAndGoOnWhenOneIsKilled() throws Exception {
        try (Installation satchel = Installation.in(folder.resolve("s3"))) {
            Map<String, String> settings = new HashMap<>(Map.of(
                    "SATCHEL_SERVE_EXPORTS", "-",
                    "SATCHEL_SERVE_CLEANUP", "-",
                    "SATCHEL_SERVE_STREAKS", "* * * * * *",
                    "SATCHEL_SERVE_MANAGEMENT", "-",
                    "SATCHEL_EXPORT_LEASE", "4s",
                    "SATCHEL_LOG_LEVEL", "DEBUG"));
            Path right = folder.resolve("right");
            Path fast = folder.resolve("fast");
            Process first = satchel.start(settings, List.of(), right, "serve");
            settings.putAll(Map.of("LD_PRELOAD", LIBRARY, "FAKETIME", "+5m", "FAKETIME_DONT_FAKE_MONOTONIC", "1"));
            Process second = satchel.start(settings, List.of(), fast, "serve");
            try {
                await(
                        first,
                        () -> ticks(fast).size() > 2
                                && ticks(right).size() > 2
                                && ticks(right).size() + ticks(fast).size() >= TICKS);
                second.destroyForcibly().waitFor();
                int before = ticks(right).size();
                await(first, () -> ticks(right).size() > before + 2);
            } finally {
                second.destroyForcibly();
                first.destroy();
            }
            assertThat(Installation.ended(first)).isEqualTo(143);

            List<String> all = new ArrayList<>(ticks(right));
            // The tick during which one was killed runs again: its last one, if any.
            all.addAll(ticks(fast).subList(0, ticks(fast).size() - 1));
            assertThat(all).hasSizeGreaterThanOrEqualTo(TICKS).hasSameSizeAs(new HashSet<>(all));
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Process alive, Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120 + 2L * TICKS);
        while (!condition.holds()) {
            assertThat(alive.isAlive()).isTrue();
            assertThat(System.nanoTime()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static List<String> ticks(Path log) throws IOException {
        return Files.exists(log)
                ? TICK.matcher(Files.readString(log))
                        .results()
                        .map((MatchResult found) -> found.group(1))
                        .toList()
                : List.of();
    }
}
