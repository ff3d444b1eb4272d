package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers in processes of their own, side by side. */
class WorkersIT {

    private static final int EXPORTS = System.getProperty("satchel.test.matrix") == null ? 150 : 1_000;

    private static final List<String> TABLES_OF_SPRING_BATCH = List.of(
            "job_instance",
            "job_execution",
            "job_execution_params",
            "job_execution_context",
            "step_execution",
            "step_execution_context");

    @TempDir
    Path folder;

    @Test
    void twoWorkersDeliverManyExportsEachOnce() throws Exception {
        deliverEachOnce(2, EXPORTS);
    }

    @Test
    @Tag("chaos")
    void fourWorkersDeliverTenThousandExportsEachOnce() throws Exception {
        deliverEachOnce(4, 10_000);
    }

    private void deliverEachOnce(int processes, int exports) throws Exception {
        long begun = System.nanoTime();
        try (Installation satchel = Installation.in(folder.resolve("s3"))) {
            satchel.sql("""
                    INSERT INTO users (id, email, full_name)
                    SELECT gen_random_uuid(), 'learner' || n || '@example.org', 'Learner ' || n
                      FROM generate_series(1, %d) AS n
                    """.formatted(exports));
            String ids = satchel.satchel("export", "request", "--all-users", "--type", "profile", "--format", "json")
                    .succeeded();
            assertThat(ids.lines()).hasSize(exports).doesNotHaveDuplicates();

            List<Process> workers = new ArrayList<>();
            for (int n = 0; n < processes; n++) {
                workers.add(satchel.start(Map.of(), List.of(), folder.resolve("worker" + n), "export", "run"));
            }
            for (Process worker : workers) {
                assertThat(Installation.ended(worker, Duration.ofMinutes(15))).isZero();
            }

            List<String> delivered = new ArrayList<>();
            for (int n = 0; n < processes; n++) {
                List<String> lines = Files.readAllLines(folder.resolve("worker" + n)).stream()
                        .filter(line -> line.contains(" delivered: "))
                        .toList();
                assertThat(lines).as("share of worker %d", n).isNotEmpty();
                lines.forEach(line -> delivered.add(line.replaceFirst(".* export (\\S+) delivered.*", "$1")));
            }
            assertThat(delivered)
                    .containsExactlyInAnyOrderElementsOf(ids.lines().toList());
            assertThat(satchel.value(
                            "SELECT count(*) FROM export_history WHERE status = 'completed' AND retry_count = 0"))
                    .isEqualTo(Integer.toString(exports));
            List<String> locations = new ArrayList<>();
            satchel.rows("SELECT file_url FROM export_history", row -> {
                try {
                    locations.add(row.getString(1));
                } catch (java.sql.SQLException failed) {
                    throw new AssertionError(failed);
                }
            });
            assertThat(new HashSet<>(satchel.objects())).hasSize(exports).isEqualTo(new HashSet<>(locations));
            assertThat(satchel.value("SELECT count(*) FROM satchel.export_lease"))
                    .isEqualTo("0");
            int rows = TABLES_OF_SPRING_BATCH.stream()
                    .mapToInt(table -> Integer.parseInt(satchel.value("SELECT count(*) FROM satchel.batch_" + table)))
                    .sum();
            assertThat(rows).as("rows of Spring Batch").isBetween(1, 10 * processes);
            System.out.printf(
                    "%d workers delivered %d exports, each once, and added %d rows to Spring Batch's tables, in %d s%n",
                    processes, exports, rows, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
        }
    }

    @Test
    void manyRunsMayStartAtTheSameMoment() throws Exception {
        try (Installation satchel = Installation.in(folder.resolve("s3"))) {
            ExecutorService operators = Executors.newFixedThreadPool(6);
            try {
                List<Future<Installation.Result>> runs = operators.invokeAll(
                        Collections.nCopies(18, () -> satchel.satchel("export", "run", "--concurrency", "1")));
                for (Future<Installation.Result> run : runs) {
                    assertThat(run.get().err()).isEmpty();
                    assertThat(run.get().exit()).isZero();
                }
            } finally {
                operators.shutdownNow();
            }
            assertThat(satchel.value("SELECT count(*) FROM satchel.batch_job_execution WHERE status = 'COMPLETED'"))
                    .isEqualTo("18");
        }
    }
}
