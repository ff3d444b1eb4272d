package dev.satchel.batchexport.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.faults.Gate.Kind;
import dev.satchel.batchexport.faults.Gate.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every export is delivered once and whole, whatever fails wherever: at each point of a run, each kind of fault. */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class FaultEnumerationIT {

    private static final List<String> STORES = List.of("directory", "s3");

    /** Names points and modes to replay, such as {@code s3:SQL:12:killed-before}; parts may be left out from the end. */
    private static final String ONLY = System.getProperty("satchel.fault", "");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"directory", "s3"})
    @Tag("chaos")
    void holdsWithEveryFaultAtEveryPoint(String store) throws Exception {
        enumerate(store, 1);
    }

    /** Every so many-th combination; prime to the number of modes, so that each has its turn. */
    @ParameterizedTest
    @CsvSource({"directory, 200", "s3, 40"})
    void holdsWithSomeFaultsAtSomePoints(String store, int step) throws Exception {
        enumerate(store, step);
    }

    private void enumerate(String store, int step) throws Exception {
        long begun = System.nanoTime();
        List<String> failures = new ArrayList<>();
        int played = 0;
        int counted = 0;
        int leftOut = 0;
        try (Scene scene = new Scene(stock(store));
                CapturedLog log = new CapturedLog()) {
            Judge judge = new Judge(scene);
            Replay replay = new Replay(scene, judge);
            replay.record(Kind.SQL);
            judge.learn();
            for (Kind kind : scene.stock().kinds()) {
                List<Point> points = replay.record(kind);
                assertThat(replay.record(kind)).as("the points of two runs").isEqualTo(points);
                System.out.printf(Locale.ROOT, "Faults: %s, %d points of %s%n", store, points.size(), kind);
                for (Point point : points) {
                    for (Mode mode : Mode.values()) {
                        String name = name(store, point, mode);
                        if (isLeftOut(point, mode)) {
                            leftOut++;
                            continue;
                        }
                        if (!name.startsWith(ONLY) || (ONLY.isEmpty() && counted++ % step != step / 2)) {
                            continue;
                        }
                        log.clear();
                        long since = System.nanoTime();
                        List<String> wrong = new ArrayList<>(replay.run(point, mode));
                        wrong.addAll(log.linesWith(scene.secrets()));
                        played++;
                        if (!wrong.isEmpty()) {
                            failures.add(described(name, point, wrong));
                            System.out.println(failures.get(failures.size() - 1) + (ONLY.isEmpty() ? "" : log.text()));
                        }
                        if (System.getProperty("satchel.fault.times") != null) {
                            System.out.println(name + " " + (System.nanoTime() - since) / 1_000_000 + " ms");
                        }
                    }
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "Faults: %s, %d of %d points × modes hold, %d left out, in %d s%n",
                store,
                played - failures.size(),
                played,
                leftOut,
                Duration.ofNanos(System.nanoTime() - begun).toSeconds());
        assertThat(failures).isEmpty();
        assertThat(played > 0 || isAnotherNamed(store)).as("replays").isTrue();
    }

    private static boolean isAnotherNamed(String store) {
        return STORES.stream().anyMatch(other -> !other.equals(store) && ONLY.startsWith(other));
    }

    // Nothing has this file on record but its name, which is the mark's: it would take a process that is held in a
    // system call for longer than the lease, on its first use of the store, and is killed there. It leaves an empty
    // file.
    private static boolean isLeftOut(Point point, Mode mode) {
        return mode == Mode.ARRIVES_LATE && point.text().startsWith("open .satchel-store-");
    }

    private static String name(String store, Point point, Mode mode) {
        return store + ":" + point.kind() + ":" + point.number() + ":" + mode;
    }

    private static String described(String name, Point point, List<String> wrong) {
        return name + " at: "
                + point.text().substring(0, Math.min(300, point.text().length())) + "\n    "
                + String.join("\n    ", wrong)
                + "\n    replay it: mvn verify -Pchaos -pl batch-export -am -Dit.test=FaultEnumerationIT -Dtest=NONE"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false -Dsatchel.fault="
                + name;
    }

    private Stock stock(String store) throws IOException {
        return store.equals("s3") ? new S3Stock(folder.resolve("s3")) : new DirectoryStock(folder.resolve("store"));
    }
}
