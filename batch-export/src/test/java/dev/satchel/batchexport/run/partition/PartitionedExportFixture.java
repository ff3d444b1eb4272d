package dev.satchel.batchexport.run.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two programs that deliver exports together, over whichever channel workers are asked for parts.
 *
 * <p>Parts wait in the middle of the reading while a lock is held, so that a fault meets them there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PartitionedExportFixture {

    static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    static final String LOCK = "20261129";

    static final Map<String, String> DIVIDED = Map.of(
            "SATCHEL_PARTITION_ABOVE", "25KB",
            "SATCHEL_PARTITION_MOST", "3",
            "SATCHEL_PARTITION_SLOTS", "2",
            "SATCHEL_EXPORT_LEASE", "3s",
            "SATCHEL_EXPORT_STOP_GRACE", "0s");

    @TempDir
    static Path folder;

    static Installation satchel;

    static final List<String> FORMATS = List.of("csv", "jsonl", "json");

    /** The files that one process wrote. */
    static final Map<String, byte[]> ALONE = new TreeMap<>();

    /** Delivers exports, and parts of them. */
    static final String MANAGER = "1";

    /** Delivers parts of the manager's exports, and nothing else. */
    static final String HELPER = "0";

    /** The programs that run, by how many exports they deliver side by side. */
    static final Map<String, Process> WORKERS = new TreeMap<>();

    /** The settings of the channel, asked for each program that is started. */
    abstract Map<String, String> channel();

    /** Options of the JVM for each program that is started. */
    List<String> jvm() {
        return List.of(Installation.SHORT_LIVED);
    }

    /** Lets the requests of an export arrive last first, if the channel can. */
    void reverseRequests() {}

    /** Loses the requests that wait, if the channel can. */
    void loseRequests() throws InterruptedException {}

    /** Sends these requests again, in this order. */
    abstract void send(List<String> requests);

    /** Waits until the programs have received all requests. */
    abstract void awaitRequestsReceived() throws InterruptedException;

    @BeforeAll
    void fill() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'diligent@example.org');
                INSERT INTO user_interactions (user_id, interaction_type, component, action, page_url, "timestamp", metadata)
                SELECT '%1$s', 'click', CASE n %% 3 WHEN 0 THEN '=Palabra "ñ", İı' WHEN 1 THEN E'a\\r\\n\\t😀' END, 'action ' || n,
                       'https://example.org/' || n, timestamptz '2026-01-01 00:00Z' + n / 2 * interval '1 hour',
                       jsonb_build_object('n', n / 7.0, 'text', 'ş' || n)
                  FROM generate_series(1, 3000) AS n;
                ANALYZE user_interactions;
                CREATE TABLE public.claimed_part (owner text, attempt uuid, number integer, bytes bigint);
                CREATE FUNCTION public.note_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                    'BEGIN INSERT INTO public.claimed_part VALUES (NEW.owner, NEW.attempt, NEW.number, NEW.bytes); RETURN NEW; END';
                CREATE TRIGGER note_claim AFTER UPDATE OF token ON satchel.export_part FOR EACH ROW EXECUTE FUNCTION public.note_claim();
                -- For the transaction: a part that is cancelled as it gets the lock would keep one for the session.
                CREATE FUNCTION public.held() RETURNS boolean LANGUAGE plpgsql STABLE SET lock_timeout = '1min' AS
                    'BEGIN PERFORM pg_advisory_xact_lock_shared(%2$s); RETURN true; END';
                CREATE POLICY hold ON public.user_interactions AS RESTRICTIVE FOR SELECT TO authenticated
                    USING ((SELECT concat(current_setting('satchel.range_from_0', true), current_setting('satchel.range_to_0', true)) = '' OR public.held()));
                """.formatted(LEARNER, LOCK));
        FORMATS.forEach(PartitionedExportFixture::request);
        satchel.satchel("export", "run").succeeded();
        FORMATS.forEach(format -> ALONE.put(format, file(format)));
        assertThat(satchel.value("SELECT bool_or(data ? 'readings') FROM export_history"))
                .isEqualTo("f");
        satchel.sql("DELETE FROM export_history");
        cleanUpDaysLater();
    }

    @AfterAll
    static void close() throws InterruptedException {
        endWorkers();
        satchel.close();
    }

    static void endWorkers() throws InterruptedException {
        for (Process worker : WORKERS.values()) {
            worker.destroyForcibly().waitFor();
        }
        WORKERS.clear();
    }

    @AfterEach
    void letGo() {
        satchel.sql("SELECT pg_advisory_unlock_all()");
        satchel.sql("DROP TRIGGER IF EXISTS spoil ON satchel.export_part");
        satchel.sql("DROP TRIGGER IF EXISTS damage ON satchel.export_part");
        satchel.sql("DELETE FROM public.claimed_part");
        satchel.sql("DELETE FROM export_history");
        cleanUpDaysLater();
    }

    static void cleanUpDaysLater() {
        satchel.sql("""
                ALTER TABLE export_history DISABLE TRIGGER USER;
                UPDATE export_history SET updated_at = updated_at - interval '3 days';
                ALTER TABLE export_history ENABLE TRIGGER USER;
                UPDATE satchel.upload_journal SET opened_at = opened_at - interval '3 days';
                """);
        satchel.satchel("cleanup").succeeded();
    }

    static void awaitMessage(String message) throws InterruptedException {
        Await.until(
                "the export waits: " + message,
                () -> satchel.value("SELECT concat_ws(' ', status, error_message) FROM export_history")
                        .equals("pending " + message));
    }

    static String request(String format) {
        return satchel.satchel("export", "request", "--user", LEARNER, "--type", "interactions", "--format", format)
                .succeeded();
    }

    /** Asks for an export, and returns when both workers read parts of it and cannot go on: as many as an export may have. */
    static String requestAndHold() throws InterruptedException {
        holdParts();
        String id = request("csv");
        Await.until(
                "two programs read parts",
                () -> satchel.value("SELECT count(DISTINCT owner) FROM satchel.export_part WHERE finished_at IS NULL")
                                .equals("2")
                        && satchel.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                                .equals("3"));
        return id;
    }

    /** Lets no part be read until {@link #letParts}. */
    static void holdParts() {
        satchel.sql("SET lock_timeout = '1min'; SELECT pg_advisory_lock(" + LOCK + ")");
    }

    static void letParts() {
        satchel.sql("SELECT pg_advisory_unlock_all()");
    }

    void twoWorkers() throws IOException {
        WORKERS.values().removeIf(worker -> !worker.isAlive());
        for (String concurrency : List.of(MANAGER, HELPER)) {
            if (!WORKERS.containsKey(concurrency)) {
                start(
                        concurrency,
                        concurrency,
                        divided(channel()),
                        "--metrics-file",
                        folder.resolve(concurrency.equals(HELPER) ? "parts.prom" : "exports.prom")
                                .toString());
            }
        }
    }

    void start(String name, String concurrency, Map<String, String> settings, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("export", "run", "--watch", "--concurrency", concurrency));
        arguments.addAll(List.of(more));
        WORKERS.put(name, satchel.start(settings, jvm(), folder.resolve("worker"), arguments.toArray(String[]::new)));
    }

    Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = divided(channel());
        settings.putAll(more);
        return settings;
    }

    static Map<String, String> divided(Map<String, String> channel) {
        Map<String, String> settings = new TreeMap<>(DIVIDED);
        settings.putAll(channel);
        return settings;
    }

    static byte[] alone(String format) {
        return ALONE.get(format);
    }

    static void kill(String concurrency) throws InterruptedException {
        WORKERS.remove(concurrency).destroyForcibly().waitFor();
    }

    /** Waits until every export has ended. */
    static void awaitEnd() throws InterruptedException {
        Await.until(
                "the export ends",
                () -> satchel.value("SELECT bool_and(status IN ('completed', 'failed')) FROM export_history")
                        .equals("t"));
    }

    static byte[] file(String format) {
        return satchel.object(satchel.value("SELECT file_url FROM export_history WHERE status = 'completed'"
                + " AND export_format = '" + format + "'"));
    }

    /** Of JSON without the time of the snapshot, which no two exports have in common. */
    static String text(String format, byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        return format.equals("json") ? text.replaceFirst("\"snapshot_at\":\"[^\"]*\"", "") : text;
    }

    static void assertNothingLeft(int files) throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        Await.until("the parts are removed", () -> {
            wrong.clear();
            wrong.addAll(satchel.objects());
            return wrong.size() <= files;
        });
        assertThat(satchel.objects()).hasSize(files);
        assertThat(satchel.unfinishedUploads()).isZero();
        assertThat(satchel.value("SELECT count(*) FROM satchel.export_part")).isEqualTo("0");
    }
}
