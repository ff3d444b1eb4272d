package dev.satchel.batchexport.run.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Over the table of the database, which is the channel where nothing else is set. */
class PartitionedExportOverPostgresIT extends PartitionedExportContract {

    @Override
    Map<String, String> channel() {
        return Map.of();
    }

    @Override
    List<String> jvm() {
        return List.of("-Xlog:class+load:file=" + folder.resolve("classes-%p"));
    }

    @Test
    void loadsNothingOfKafka() throws Exception {
        twoWorkers();
        awaitEnd(request("csv"));

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
}
