package dev.satchel.batchexport.run.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.Installation;
import dev.satchel.partition.PartFailedException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One export that two programs deliver together: the same bytes as of one, and one outcome whatever happens to a part. */
abstract class PartitionedExportContract extends PartitionedExportFixture {

    private static final String OTHER_SETTINGS =
            "worker_misconfigured: " + PartFailedException.OTHER_SETTINGS.explanation();

    @Test
    void writesTheSameFileAsOneProcess() throws Exception {
        twoWorkers();

        for (String format : FORMATS) {
            // Both take part in the first.
            String id = format.equals("csv") ? requestAndHold() : request(format);
            letParts();
            awaitEnd();
            assertThat(satchel.status(id)).isEqualTo("completed 0");
            assertThat(text(format, file(format))).isEqualTo(text(format, ALONE.get(format)));
            assertThat(satchel.satchel("export", "verify", id).exit()).isZero();
            assertThat(satchel.value("SELECT concat_ws(' ', r ->> 'dataset', r ->> 'parts', r ->> 'divided_above',"
                            + " (r ->> 'estimated_bytes')::bigint > 25600) FROM export_history,"
                            + " jsonb_array_elements(data -> 'readings') AS r WHERE id = '" + id + "'"))
                    .isEqualTo("interactions 3 25600 t");
        }

        assertThat(satchel.value("SELECT count(DISTINCT owner) FROM claimed_part"))
                .as("workers that delivered parts")
                .isEqualTo("2");
        assertThat(satchel.value("SELECT count(*) FROM claimed_part")).isEqualTo("9");
        assertNothingLeft(3);
    }

    @Test
    @Tag("matrix")
    void spendsNoAttemptWhereAWorkerOfAPartIsToldToStop() throws Exception {
        twoWorkers();
        requestAndHold();
        letParts();
        awaitEnd();
        String id = requestAndHold();

        Process helper = WORKERS.get(HELPER);
        helper.destroy();

        assertThat(Installation.ended(helper)).isIn(0, 143);
        Await.until(
                "another attempt begins",
                () -> satchel.value("SELECT count(DISTINCT attempt) FROM claimed_part")
                        .equals("3"));
        letParts();
        awaitEnd();
        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertNothingLeft(2);
        assertThat(Files.readAllLines(folder.resolve("parts.prom")))
                .anyMatch(line -> line.matches("satchel_export_parts_claimed_total [1-9][0-9]*\\.0"))
                .anyMatch(line -> line.matches("satchel_export_parts_total\\{outcome=\"delivered\"} [1-9][0-9]*\\.0"))
                .anyMatch(line -> line.matches("satchel_export_parts_total\\{outcome=\"given_back\"} [1-9][0-9]*\\.0"))
                .anyMatch(line -> line.matches("satchel_export_part_duration_seconds_count [1-9][0-9]*"))
                .anyMatch(line -> line.matches("satchel_export_part_rows_total [1-9][0-9]+\\.0"))
                .anyMatch(line -> line.matches("satchel_export_part_bytes_total [1-9][0-9.E]+"))
                .noneMatch(line -> line.contains(LEARNER) || line.contains(id));
    }

    @Test
    @Tag("matrix")
    void completesALaterAttemptAfterAWorkerOfAPartWasKilled() throws Exception {
        twoWorkers();
        String id = requestAndHold();

        kill(HELPER);

        Await.until(
                "the attempt is given up",
                () -> satchel.value("SELECT count(*) FROM satchel.export_lease WHERE token IS NULL OR attempt > 1")
                        .equals("1"));
        letParts();
        tryAgainNow();
        awaitEnd();
        assertThat(satchel.status(id)).isEqualTo("completed 1");
        assertNothingLeft(1);
    }

    @Test
    void completesALaterAttemptAfterTheWorkerThatJoinsWasKilled() throws Exception {
        twoWorkers();
        String id = requestAndHold();

        kill(MANAGER);
        twoWorkers();

        Await.until("another attempt begins", () -> {
            tryAgainNow();
            return satchel.value("SELECT max(attempt) FROM satchel.export_lease")
                    .equals("2");
        });
        letParts();
        awaitEnd();
        assertThat(satchel.status(id)).isEqualTo("completed 1");
        // What the killed program had not joined yet.
        cleanUpDaysLater();
        assertNothingLeft(1);
    }

    @Test
    void executesARequestOnceHoweverOftenAndInWhichOrderItArrives() throws Exception {
        twoWorkers();
        reverseRequests();
        String id = requestAndHold();
        repeatRequests();
        repeatRequests();

        letParts();
        awaitEnd();
        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertThat(text("csv", file("csv"))).isEqualTo(text("csv", ALONE.get("csv")));
        assertThat(satchel.value("SELECT count(*) FROM claimed_part")).isEqualTo("3");
        awaitRequestsReceived();
        String records = steps();
        repeatRequests();
        awaitRequestsReceived();
        assertThat(steps()).as("the record of each step after late requests").isEqualTo(records);
        assertThat(satchel.value("SELECT count(*) FROM claimed_part")).isEqualTo("3");
        assertNothingLeft(1);
    }

    @Test
    void cancelReachesEveryPart() throws Exception {
        twoWorkers();
        String id = requestAndHold();

        satchel.satchel("export", "cancel", id).succeeded();

        Await.until(
                "no part is read any more",
                () -> satchel.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                        .equals("0"));
        assertThat(satchel.status(id)).isEqualTo("failed 0");
        assertNothingLeft(0);
        // Otherwise the statement would have ended by itself, when it had waited for the lock for too long.
        assertThat(Files.readString(folder.resolve("worker")))
                .doesNotContainPattern("part \\d of export " + id + " failed");
    }

    @Test
    void putsTheExportBackWhereAWorkerHasOtherSettings() throws Exception {
        spoil("NEW.encoding := 'of another version'");
        twoWorkers();
        String id = request("csv");

        awaitMessage(OTHER_SETTINGS);
        assertThat(satchel.status(id)).isEqualTo("pending 0");
        assertNothingLeft(0);
    }

    @Test
    @Tag("matrix")
    void putsTheExportBackWhereAWorkerHasAnotherStore() throws Exception {
        spoil("NEW.url := replace(NEW.url, 's3://', 's3://another-')");
        twoWorkers();
        String id = request("csv");

        awaitMessage(
                "store_misconfigured: a worker that was asked for a part of the export writes to another store than the"
                        + " worker that asked: give all workers that deliver parts the same SATCHEL_STORE");
        assertThat(satchel.status(id)).isEqualTo("pending 0");
        assertNothingLeft(0);
    }

    @Test
    void putsTheExportBackWhereTheSnapshotIsGone() throws Exception {
        spoil("NEW.snapshot := '00000003-0000001B-1'");
        twoWorkers();
        request("csv");

        awaitMessage(
                "worker_lost: the snapshot of the export is not open any more: the worker that held it stopped, or its"
                        + " connection was cut");
        assertNothingLeft(0);
    }

    @Test
    @Tag("chaos")
    void waitsForWorkersThatDeliverTheirPartsOfOtherExports() throws Exception {
        twoWorkers();
        kill(HELPER);
        holdParts();
        String first = request("csv");
        Await.until(
                "all slots are taken",
                () -> satchel.value("SELECT count(*) FROM satchel.export_part WHERE token IS NOT NULL")
                        .equals("2"));
        Map<String, String> without = divided(channel());
        without.put("SATCHEL_PARTITION_SLOTS", "1");
        start("another manager", MANAGER, without);
        Await.until(
                "all parts of the first are taken",
                () -> satchel.value("SELECT count(*) FROM satchel.export_part WHERE token IS NOT NULL")
                        .equals("3"));
        String second = request("jsonl");
        loseRequests();
        Await.until(
                "the second has waited for longer than for workers that are dead",
                () -> satchel.value(
                                "SELECT count(*) FROM satchel.export_lease AS l JOIN export_history AS h ON h.id = l.export_id"
                                        + " WHERE h.id = '" + second
                                        + "' AND started_at < now() - interval '9 seconds'")
                        .equals("1"));

        letParts();
        awaitEnd();
        assertThat(satchel.status(first)).isEqualTo("completed 0");
        assertThat(satchel.status(second)).isEqualTo("completed 0");
        kill("another manager");
    }

    @Test
    void refusesToDeliverPartsAloneWithoutWatching() {
        Map<String, String> settings = satchel.environment();
        settings.putAll(DIVIDED);
        settings.put("SATCHEL_SERVE_EXPORTS", "@daily");
        settings.put("SATCHEL_SERVE_MANAGEMENT", "-");

        for (List<String> command : List.of(List.of("export", "run"), List.of("serve"))) {
            List<String> arguments = new ArrayList<>(command);
            arguments.addAll(List.of("--concurrency", "0"));
            Installation.Result refused = Installation.satchel(settings, arguments.toArray(String[]::new));

            assertThat(refused.exit()).as(refused.err()).isEqualTo(2);
            assertThat(refused.err())
                    .contains("--concurrency 0 delivers parts of other workers' exports and nothing else: it needs ");
        }
    }

    /** It gives its part back, and leaves those of the next attempt to the others. */
    @Test
    @Tag("chaos")
    void spendsNoAttemptWhereAWorkerOfPartsIsCutOffFromTheStore() throws Exception {
        twoWorkers();
        kill(HELPER);
        try (FaultyProxy s3 = satchel.proxyToS3()) {
            Map<String, String> settings = divided(channel());
            settings.put("SATCHEL_S3_ENDPOINT", "http://127.0.0.1:" + s3.port());
            start(HELPER, HELPER, settings);
            String id = requestAndHold();
            s3.refuse();
            letParts();

            awaitEnd();
            assertThat(satchel.status(id)).isEqualTo("completed 0");
            assertThat(satchel.value("SELECT count(DISTINCT attempt) FROM claimed_part"))
                    .isEqualTo("2");
            assertThat(Files.readString(folder.resolve("worker")))
                    .contains("the store fails its probe, and this worker delivers no part until then: ");
        }
        kill(HELPER);
        cleanUpDaysLater();
        assertNothingLeft(1);
    }

    @Test
    @Tag("chaos")
    void releasesAnExportWhosePartsNoOtherWorkerTakesWhenToldToStop() throws Exception {
        endAll();
        start(MANAGER, "1", settings(Map.of("SATCHEL_EXPORT_STOP_GRACE", "5m")));
        String id = requestAndHoldTwo("csv");

        Process manager = WORKERS.remove(MANAGER);
        manager.destroy();
        letParts();

        assertThat(Installation.ended(manager, Duration.ofMinutes(1))).isIn(0, 143);
        assertThat(satchel.status(id)).isEqualTo("pending 0");
        assertThat(satchel.value("SELECT coalesce(error_message, '') FROM export_history"))
                .isEmpty();
    }

    @Test
    @Tag("chaos")
    void readsAnExportWholeWhilePartsOfOthersWait() throws Exception {
        endAll();
        start(MANAGER, "2", settings(Map.of()));
        String first = requestAndHoldTwo("csv");
        String second = request("jsonl");

        Await.until(
                "the second is delivered while the first waits for a slot",
                () -> satchel.status(second).equals("completed 0"));
        letParts();
        awaitEnd();
        assertThat(satchel.status(first)).isEqualTo("completed 0");
        assertThat(satchel.value("SELECT string_agg(data #>> '{readings,0,parts}', ' ' ORDER BY export_format)"
                        + " FROM export_history"))
                .isEqualTo("3 1");
        kill(MANAGER);
    }

    private static void endAll() throws InterruptedException {
        for (String worker : List.copyOf(WORKERS.keySet())) {
            kill(worker);
        }
    }

    /** Asks for an export, and returns when the only worker reads two parts of it and cannot go on. */
    private static String requestAndHoldTwo(String format) throws InterruptedException {
        holdParts();
        String id = request(format);
        Await.until(
                "all slots are taken",
                () -> satchel.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                        .equals("2"));
        return id;
    }

    @Test
    void putsTheExportBackWhereAPartIsNotWhatWasSent() throws Exception {
        satchel.sql("""
                CREATE OR REPLACE FUNCTION public.damage() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN NEW.crc32c := NEW.crc32c # 1; RETURN NEW; END';
                CREATE TRIGGER damage BEFORE UPDATE OF finished_at ON satchel.export_part
                    FOR EACH ROW EXECUTE FUNCTION public.damage();
                """);
        twoWorkers();
        request("csv");

        Await.until(
                "the export waits",
                () -> satchel.value("SELECT concat_ws(' ', status, error_message) FROM export_history")
                        .startsWith("pending file_damaged: "));
        assertNothingLeft(0);
    }

    @Test
    @Tag("matrix")
    void putsTheExportBackWhereAWorkerDoesNotKnowItsType() throws Exception {
        spoil("UPDATE public.export_history SET export_type = 'unknown' WHERE id = NEW.export_id");
        twoWorkers();
        String id = request("csv");

        awaitMessage(OTHER_SETTINGS);
        assertThat(satchel.status(id)).isEqualTo("pending 0");
    }

    private static void spoil(String change) {
        satchel.sql("""
                CREATE OR REPLACE FUNCTION public.spoil() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                    $$BEGIN %s; RETURN NEW; END$$;
                CREATE TRIGGER spoil BEFORE INSERT ON satchel.export_part FOR EACH ROW EXECUTE FUNCTION public.spoil();
                """.formatted(change));
    }

    /** Sends the requests for all parts again, the last one first. */
    private void repeatRequests() {
        send(List.of(
                satchel.value("SELECT string_agg(step_execution_id || ' part', ',' ORDER BY step_execution_id DESC)"
                                + " FROM satchel.batch_step_execution WHERE step_name LIKE 'part:%'")
                        .split(",")));
    }

    private static String steps() {
        return satchel.value("SELECT string_agg(concat(step_execution_id, status, version, end_time), ' '"
                + " ORDER BY step_execution_id) FROM satchel.batch_step_execution WHERE step_name LIKE 'part:%'");
    }

    private static void tryAgainNow() {
        satchel.sql("UPDATE satchel.export_lease SET run_after = now() WHERE run_after > now()");
    }
}
