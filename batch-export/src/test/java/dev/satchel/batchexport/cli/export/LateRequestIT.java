package dev.satchel.batchexport.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.store.UnreliableNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that reach the store after their attempt has ended and clean-up has run. */
class LateRequestIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    private UnreliableNetwork network;
    private Map<String, String> environment;

    @BeforeAll
    static void start() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'ana@example.org');
                INSERT INTO user_interactions (user_id, interaction_type, component, action, page_url, "timestamp")
                SELECT '%1$s', 'click', 'word', 'open', repeat(md5(n::text), 1000), now()
                  FROM generate_series(1, 700) AS n;
                """.formatted(LEARNER));
    }

    @BeforeEach
    void connect() throws IOException {
        network = UnreliableNetwork.before(satchel.s3().endpoint());
        environment = satchel.environment();
        environment.put("SATCHEL_S3_ENDPOINT", network.endpoint().toString());
        environment.put("SATCHEL_EXPORT_ATTEMPTS", "1");
        environment.put("SATCHEL_EXPORT_LEASE", "3s");
        environment.put("SATCHEL_EXPORT_ORPHAN_GRACE", "6s");
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
        satchel.sql("DELETE FROM export_history; DELETE FROM satchel.upload_journal");
    }

    private void request(String type) {
        Installation.satchel(environment, "export", "request", "--user", LEARNER, "--type", type, "--format", "json")
                .succeeded();
    }

    private Result cleanUp() {
        Result result = Installation.satchel(environment, "cleanup");
        result.succeeded();
        return result;
    }

    /** Makes everything look that much older. */
    private void letPass(String time) {
        satchel.sql("""
                ALTER TABLE export_history DISABLE TRIGGER trigger_export_history_updated_at;
                UPDATE export_history SET updated_at = updated_at - interval '%1$s';
                ALTER TABLE export_history ENABLE TRIGGER trigger_export_history_updated_at;
                UPDATE satchel.upload_journal
                   SET opened_at = opened_at - interval '%1$s',
                       unanswered_at = unanswered_at - interval '%1$s';
                """.formatted(time));
    }

    private String recorded() {
        return satchel.value("SELECT count(*) FROM satchel.upload_journal");
    }

    private long exported() {
        return satchel.objects().stream()
                .filter(location -> location.endsWith(".json"))
                .count();
    }

    @Test
    void anObjectThatArrivesAfterTheCleanUpIsRemovedByTheNext() throws IOException {
        request("profile");
        network.hold(line -> line.startsWith("PUT ") && line.contains(".json"));

        Installation.satchel(environment, "export", "run");

        network.hold(line -> false);
        assertThat(network.held()).isPositive();
        assertThat(recorded()).isEqualTo("1");
        letPass("10 seconds");
        cleanUp();
        assertThat(recorded()).isEqualTo("1");
        network.deliver();
        assertThat(exported()).isEqualTo(1);

        cleanUp();
        assertThat(exported()).isZero();
        assertThat(recorded()).isEqualTo("1");

        letPass("1 hour");
        cleanUp();
        assertThat(recorded()).isEqualTo("0");
    }

    @Test
    void anUploadThatBeginsAfterTheCleanUpIsEndedByTheNext() throws IOException {
        request("interactions");
        network.hold(line -> line.startsWith("POST ") && line.contains("?uploads"));

        Installation.satchel(environment, "export", "run");

        network.hold(line -> false);
        assertThat(network.held()).isPositive();
        letPass("10 seconds");
        cleanUp();
        network.deliver();
        assertThat(satchel.unfinishedUploads()).isPositive();
        assertThat(recorded()).isEqualTo("1");

        letPass("1 hour");
        cleanUp();
        assertThat(satchel.unfinishedUploads()).isZero();
        assertThat(recorded()).isEqualTo("0");
    }

    @Test
    void aRecordIsForgottenAtOnceWhenEveryRequestWasAnswered() {
        environment.put("SATCHEL_S3_ENDPOINT", satchel.s3().endpoint().toString());
        environment.put("SATCHEL_EXPORT_RETENTION", "1s");
        request("profile");
        Installation.satchel(environment, "export", "run").succeeded();
        satchel.sql("DELETE FROM export_history");

        cleanUp();

        assertThat(recorded()).isEqualTo("0");
        assertThat(exported()).isZero();
    }
}
