package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.postgres.SatchelPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker with two slots, one of which is busy with an export that does not end. */
class SlotsIT {

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @AutoClose
    private FaultyProxy s3;

    @BeforeEach
    void begin() throws Exception {
        satchel = Installation.in(folder.resolve("s3"));
        s3 = satchel.proxyToS3();
    }

    private Process start(List<String> options) throws Exception {
        String[] command = options.toArray(String[]::new);
        return satchel.start(satchel.throughProxyToS3(s3), List.of(), folder.resolve("worker"), command);
    }

    private void awaitDelivered(String id) throws InterruptedException {
        Await.until("delivered: " + id, () -> satchel.status(id).startsWith("completed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"export run --concurrency 2", "export run --concurrency 2 --watch"})
    void theFreeSlotTakesWhatComes(String command) throws Exception {
        String slow = satchel.requestOfNewUser();
        s3.hold(slow);
        Process worker = start(List.of(command.split(" ")));
        s3.awaitHeld();

        String small = satchel.requestOfNewUser();
        awaitDelivered(small);
        String lost = lostByADeadWorker();
        awaitDelivered(lost);

        assertThat(satchel.status(slow)).isEqualTo("processing 0");
        s3.release();
        awaitDelivered(slow);
        worker.destroy();
        Installation.ended(worker);
        assertThat(satchel.status(lost)).isEqualTo("completed 1");
    }

    // The living worker may be the faster one, so this asks until the dead one was.
    private String lostByADeadWorker() {
        ExportHistory history = new SatchelPostgres(satchel.database().workerDataSource()).exportHistory();
        Optional<Export.Processing> lost;
        do {
            satchel.requestOfNewUser();
            lost = history.claim("a dead worker", Duration.ofMillis(1));
        } while (lost.isEmpty());
        return lost.get().id().toString();
    }

    @Test
    void aWatchIsOneRunWhoseRecordTellsTheTruth() throws Exception {
        String first = satchel.requestOfNewUser();
        Process worker = start(List.of("export", "run", "--watch"));
        awaitDelivered(first);
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format)"
                + " SELECT user_id, 'nonsense', 'csv' FROM export_history");
        Await.until(
                "refused",
                () -> satchel.value("SELECT status FROM export_history WHERE export_type = 'nonsense'")
                        .equals("failed"));
        awaitDelivered(satchel.requestOfNewUser());

        worker.destroy();

        assertThat(Installation.ended(worker)).isEqualTo(143);
        assertThat(Files.readString(folder.resolve("worker")))
                .contains("delivered 2 (", "failed 1", "stopped by a signal");
        assertThat(satchel.value("SELECT string_agg(status, ' ') FROM satchel.batch_job_execution"))
                .isEqualTo("COMPLETED");
        assertThat(satchel.value("SELECT concat_ws(' ', sum(read_count), sum(write_count), sum(process_skip_count),"
                        + " sum(filter_count)) FROM satchel.batch_step_execution WHERE step_name = 'deliver'"))
                .isEqualTo("3 2 1 0");
    }

    @Test
    void manyRowsThatCannotBeExportedDoNotKeepAWorkerFromStopping() throws Exception {
        satchel.sql("INSERT INTO users (id, email) SELECT gen_random_uuid(), n || '@example.org'"
                + " FROM generate_series(1, 6000) AS n");
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format)"
                + " SELECT id, 'nonsense', 'csv' FROM users");
        Process worker = satchel.start(
                Map.of("SATCHEL_EXPORT_STOP_GRACE", "0s"), List.of(), folder.resolve("worker"), "export", "run");
        Await.until(
                "some were refused",
                () -> "t".equals(satchel.value("SELECT count(*) > 100 FROM export_history WHERE status = 'failed'")));

        worker.destroy();

        assertThat(Installation.ended(worker)).isEqualTo(143);
        assertThat(satchel.value("SELECT count(*) FROM export_history WHERE status = 'processing'"))
                .isEqualTo("0");
        assertThat(satchel.value("SELECT count(*) FROM satchel.export_lease WHERE token IS NOT NULL"))
                .isEqualTo("0");
        assertThat(satchel.value("SELECT count(*) > 0 FROM export_history WHERE status = 'pending'"))
                .isEqualTo("t");
        assertThat(Files.readString(folder.resolve("worker"))).contains("delivered 0 (");
    }
}
