package dev.satchel.batchexport.run.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Over the table of the database, which is the channel where nothing else is set. */
class PartitionedExportOverPostgresIT extends PartitionedExportContract {

    @Override
    Map<String, String> channel() {
        return Map.of();
    }

    @Override
    List<String> jvm() {
        return List.of(Installation.SHORT_LIVED, "-Xlog:class+load:file=" + folder.resolve("classes-%p"));
    }

    @Test
    void loadsNothingOfKafka() throws Exception {
        twoWorkers();
        request("csv");
        awaitEnd();

        List<Path> programs;
        try (Stream<Path> files = Files.list(folder)) {
            programs = files.filter(file -> file.getFileName().toString().startsWith("classes-"))
                    .toList();
        }
        assertThat(programs).hasSizeGreaterThan(1);
        StringBuilder loaded = new StringBuilder();
        for (Path program : programs) {
            loaded.append(Files.readString(program));
        }
        assertThat(loaded).contains("channel.PostgresRequests").doesNotContain("org.apache.kafka");
    }

    @Override
    void send(List<String> requests) {
        int order = 0;
        for (String request : requests) {
            satchel.sql("""
                    INSERT INTO satchel.integration_channel_message (message_id, group_key, created_date, message_content, region)
                    VALUES (gen_random_uuid()::text, '%s', %d, convert_to('%s', 'UTF8'), 'DEFAULT')
                    """.formatted(
                    UUID.nameUUIDFromBytes("satchel.parts".getBytes(StandardCharsets.UTF_8)), order++, request));
        }
    }

    @Override
    void awaitRequestsReceived() throws InterruptedException {
        Await.until(
                "the requests are received",
                () -> satchel.value("SELECT count(*) FROM satchel.integration_channel_message")
                        .equals("0"));
    }

    @Override
    void loseRequests() throws InterruptedException {
        Await.until(
                "three requests wait",
                () -> satchel.value("SELECT count(*) FROM satchel.integration_channel_message")
                        .equals("3"));
        satchel.sql("DELETE FROM satchel.integration_channel_message");
    }

    /** As where a worker receives it and dies. */
    @Test
    void asksAgainWhereTheRequestsWereLost() throws Exception {
        twoWorkers();
        satchel.sql("""
                CREATE TABLE public.lost_request (n integer);
                CREATE FUNCTION public.lose_three() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                    'BEGIN IF (SELECT count(*) = 3 FROM public.lost_request) THEN RETURN NEW; END IF;
                     INSERT INTO public.lost_request VALUES (1); RETURN NULL; END';
                CREATE TRIGGER lose BEFORE INSERT ON satchel.integration_channel_message
                    FOR EACH ROW EXECUTE FUNCTION public.lose_three();
                """);
        String id = request("csv");

        awaitEnd();
        assertThat(satchel.value("SELECT count(*) FROM public.lost_request")).isEqualTo("3");
        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertThat(satchel.value("SELECT count(DISTINCT attempt) FROM claimed_part"))
                .isEqualTo("1");
    }

    @AfterEach
    void repairTheTable() {
        satchel.sql("DROP TRIGGER IF EXISTS reverse ON satchel.integration_channel_message");
        satchel.sql("DROP TRIGGER IF EXISTS lose ON satchel.integration_channel_message");
        satchel.sql("GRANT SELECT, INSERT, DELETE ON satchel.integration_channel_message TO satchel_exports");
        satchel.sql("DELETE FROM satchel.integration_channel_message");
    }

    @Override
    void reverseRequests() {
        satchel.sql("""
                CREATE OR REPLACE FUNCTION public.last_first() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN NEW.created_date := -NEW.message_sequence; RETURN NEW; END';
                CREATE TRIGGER reverse BEFORE INSERT ON satchel.integration_channel_message
                    FOR EACH ROW EXECUTE FUNCTION public.last_first();
                """);
    }

    @Test
    void putsTheExportBackWhereTheChannelRefusesRequests() throws Exception {
        twoWorkers();
        satchel.sql("REVOKE INSERT ON satchel.integration_channel_message FROM satchel_exports");
        String id = request("csv");

        awaitMessage(
                "worker_misconfigured: the workers cannot be asked for the parts of the export, because the channel of"
                        + " requests refuses them or does not answer: see the rights and the server of the channel");
        assertThat(satchel.status(id)).isEqualTo("pending 0");
        assertNothingLeft(0);
    }

    @Test
    @Tag("chaos")
    void putsTheExportBackWhereNoWorkerReceivesRequests() throws Exception {
        twoWorkers();
        satchel.sql("REVOKE SELECT, DELETE ON satchel.integration_channel_message FROM satchel_exports");
        request("csv");

        awaitMessage("worker_lost: no worker took a part of the export within 6 seconds");
        assertNothingLeft(0);
        assertThat(Files.readString(folder.resolve("worker")))
                .contains("no requests for parts can be received, and this worker delivers none until then: ");
    }
}
