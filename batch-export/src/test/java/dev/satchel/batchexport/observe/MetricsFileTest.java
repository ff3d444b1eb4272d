package dev.satchel.batchexport.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {

    @TempDir
    Path folder;

    /** What a program measures from its start to its end. */
    private static final class Program {

        private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        private final MetricsFile file;

        Program(Path path) {
            this.file = MetricsFile.at(path);
        }

        Program counts(String outcome, int times) {
            Counter.builder("satchel.exports")
                    .description("Attempts")
                    .tag("outcome", outcome)
                    .register(meters)
                    .increment(times);
            return this;
        }

        Program takes(Duration time) {
            Timer.builder("satchel.export.duration")
                    .serviceLevelObjectives(Duration.ofSeconds(1))
                    .register(meters)
                    .record(time);
            return this;
        }

        Program shows(String gauge, int value) {
            meters.gauge(gauge, new AtomicInteger(value));
            return this;
        }

        Program writes() throws IOException {
            file.write(meters.scrape());
            return this;
        }
    }

    private Path path() {
        return folder.resolve("satchel.prom");
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(path());
    }

    @Test
    void countersGoOnWhereTheLastProgramEnded() throws IOException {
        new Program(path()).counts("delivered", 3).takes(Duration.ofMillis(500)).writes();

        new Program(path())
                .counts("delivered", 2)
                .counts("failed", 1)
                .takes(Duration.ofSeconds(2))
                .writes();

        assertThat(lines())
                .contains(
                        "# TYPE satchel_exports_total counter",
                        "satchel_exports_total{outcome=\"delivered\"} 5.0",
                        "satchel_exports_total{outcome=\"failed\"} 1.0",
                        "satchel_export_duration_seconds_bucket{le=\"1.0\"} 1",
                        "satchel_export_duration_seconds_bucket{le=\"+Inf\"} 2",
                        "satchel_export_duration_seconds_count 2",
                        "satchel_export_duration_seconds_sum 2.5")
                .doesNotHaveDuplicates();
    }

    @Test
    void aProgramThatWritesTwiceCountsOnce() throws IOException {
        Program program = new Program(path()).counts("delivered", 3).writes();

        program.counts("delivered", 1).writes();
        program.writes();

        assertThat(lines()).contains("satchel_exports_total{outcome=\"delivered\"} 4.0");
    }

    @Test
    void gaugesAreReplacedAndThoseOfOtherProgramsStay() throws IOException {
        new Program(path())
                .shows("satchel.exports.pending", 5)
                .counts("delivered", 1)
                .writes();

        new Program(path())
                .shows("satchel.exports.pending", 2)
                .shows("satchel.progress.drift.users", 7)
                .writes();

        assertThat(lines())
                .contains(
                        "satchel_exports_pending 2.0",
                        "satchel_progress_drift_users 7.0",
                        "satchel_exports_total{outcome=\"delivered\"} 1.0")
                .doesNotContain("satchel_exports_pending 5.0");
    }

    @Test
    void programsThatWriteAtTheSameTimeLoseNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Object>> programs = threads.invokeAll(IntStream.range(0, 8)
                    .mapToObj(number -> (java.util.concurrent.Callable<Object>) () -> {
                        Program program = new Program(path());
                        for (int time = 0; time < 10; time++) {
                            program.counts("delivered", 1).writes();
                        }
                        return program;
                    })
                    .toList());
            for (Future<Object> program : programs) {
                program.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(lines()).contains("satchel_exports_total{outcome=\"delivered\"} 80.0");
    }

    @Test
    void everybodyMayReadItAndNothingElseIsLeftForNodeExporter() throws IOException {
        new Program(path()).counts("delivered", 1).writes();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .isEqualTo("rw-r--r--");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("satchel.prom", ".satchel.prom.lock");
        }
    }

    @Test
    void aFileOfSomethingElseIsReplaced() throws IOException {
        Files.writeString(path(), "no metrics here\n# TYPE broken\n{}{}{ 5\n# TYPE satchel_exports_total gauge\nx y\n");

        new Program(path()).counts("delivered", 1).writes();

        assertThat(lines()).contains("satchel_exports_total{outcome=\"delivered\"} 1.0");
        assertThat(String.join("\n", lines())).doesNotContain("no metrics", "broken", "x y");
    }

    @Test
    void everyAccountMayLockIt() throws IOException {
        MetricsFile.at(path());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(".satchel.prom.lock"))))
                .isEqualTo("rw-rw-rw-");
    }

    @Test
    void aLockThatCannotBeOpenedIsRefusedAtOnce() throws IOException {
        Files.createDirectory(folder.resolve(".satchel.prom.lock"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetricsFile.at(path()))
                .withMessageContaining(".satchel.prom.lock cannot be opened");
    }

    /** Holds the lock that it is given until its input ends. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
                channel.lock();
                System.out.write('!');
                System.out.flush();
                System.in.read();
            }
        }
    }

    @Test
    @Timeout(120)
    void aLockThatAnotherProgramHoldsForLongEndsTheWrite() throws Exception {
        Program program = new Program(path()).counts("delivered", 1);
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of(Holder.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        Holder.class.getName(),
                        folder.resolve(".satchel.prom.lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('!');

            assertThatThrownBy(program::writes)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("another program has held ");
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void aFileThatIsNoUtf8IsReadAsFarAsItCanBe() throws IOException {
        Files.write(
                path(),
                "# TYPE satchel_exports_total counter\nsatchel_exports_total{outcome=\"delivered\"} 3.0\n# \u00e9\n"
                        .getBytes(StandardCharsets.ISO_8859_1));

        new Program(path()).counts("delivered", 2).writes();

        assertThat(lines()).contains("satchel_exports_total{outcome=\"delivered\"} 5.0");
    }

    @Test
    void saysWhatIsWrongWithAPath() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetricsFile.at(folder.resolve("satchel.txt")))
                .withMessageEndingWith("satchel.txt must end in .prom, because node_exporter reads no other file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetricsFile.at(folder.resolve("missing/satchel.prom")))
                .withMessage("there is no directory " + folder.resolve("missing") + ": create it, or correct the path");
        Files.createDirectory(path());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetricsFile.at(path()))
                .withMessage(path() + " is a directory: name a file in it");
    }
}
