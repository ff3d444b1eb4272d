package dev.satchel.batchexport.run.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.TestKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Over a topic of Kafka, by TLS and with a login. Each program receives each request, so each asks for the part once; a sample
 * of the tests unless with {@code -Pmatrix}.
 */
class PartitionedExportOverKafkaIT extends PartitionedExportContract {

    private static final TestKafka KAFKA = TestKafka.running();

    private static final Path EXAMPLE = Path.of("../docs/examples/three-machines");

    private String topic = newTopic();
    private int started;

    private static String newTopic() {
        return "satchel-parts-" + UUID.randomUUID();
    }

    @BeforeAll
    static void countClaims() {
        satchel.sql("""
                CREATE TABLE public.claim_attempt (n integer);
                CREATE FUNCTION public.note_attempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                    'BEGIN INSERT INTO public.claim_attempt VALUES (1); RETURN NULL; END';
                CREATE TRIGGER note_attempt AFTER UPDATE OF token ON satchel.export_part
                    FOR EACH STATEMENT EXECUTE FUNCTION public.note_attempt();
                """);
    }

    @Override
    Map<String, String> channel() {
        started++;
        return over(KAFKA.secureBroker(), topic);
    }

    private static Map<String, String> over(String broker, String topic) {
        try {
            return Map.of(
                    "SATCHEL_PARTITION_CHANNEL",
                    "kafka://" + broker + "/" + topic,
                    "SATCHEL_PARTITION_KAFKA_PROPERTIES",
                    KAFKA.properties(TestKafka.PASSWORD).toString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    void send(List<String> requests) {
        KAFKA.send(topic, 0, requests);
    }

    // A program that was started later receives all that the topic has, too.
    @Override
    void awaitRequestsReceived() throws InterruptedException {
        Await.until(
                "the requests are received",
                () -> satchel.value("SELECT count(*) FROM public.claim_attempt")
                        .equals(Long.toString(2 * KAFKA.records(topic))));
    }

    @Override
    @Test
    void executesARequestOnceHoweverOftenAndInWhichOrderItArrives() throws Exception {
        if (started != 2) {
            beginWithANewTopic();
        }
        super.executesARequestOnceHoweverOftenAndInWhichOrderItArrives();
    }

    private void beginWithANewTopic() throws InterruptedException {
        endWorkers();
        started = 0;
        topic = newTopic();
        satchel.sql("DELETE FROM public.claim_attempt");
    }

    @Override
    @Test
    @Tag("matrix")
    void writesTheSameFileAsOneProcess() throws Exception {
        super.writesTheSameFileAsOneProcess();
    }

    @Override
    @Test
    @Tag("matrix")
    void cancelReachesEveryPart() throws Exception {
        super.cancelReachesEveryPart();
    }

    @Override
    @Test
    @Tag("matrix")
    void putsTheExportBackWhereAWorkerHasAnotherStore() throws Exception {
        super.putsTheExportBackWhereAWorkerHasAnotherStore();
    }

    @Override
    @Test
    @Tag("matrix")
    void putsTheExportBackWhereTheSnapshotIsGone() throws Exception {
        super.putsTheExportBackWhereTheSnapshotIsGone();
    }

    @Override
    @Test
    @Tag("matrix")
    void spendsNoAttemptWhereAWorkerOfAPartIsToldToStop() throws Exception {
        super.spendsNoAttemptWhereAWorkerOfAPartIsToldToStop();
    }

    @Override
    @Test
    @Tag("matrix")
    void completesALaterAttemptAfterAWorkerOfAPartWasKilled() throws Exception {
        super.completesALaterAttemptAfterAWorkerOfAPartWasKilled();
    }

    @Override
    @Test
    @Tag("matrix")
    void completesALaterAttemptAfterTheWorkerThatJoinsWasKilled() throws Exception {
        super.completesALaterAttemptAfterTheWorkerThatJoinsWasKilled();
    }

    @Override
    @Test
    @Tag("matrix")
    void putsTheExportBackWhereAWorkerHasOtherSettings() throws Exception {
        super.putsTheExportBackWhereAWorkerHasOtherSettings();
    }

    @Override
    @Test
    @Tag("matrix")
    void putsTheExportBackWhereAPartIsNotWhatWasSent() throws Exception {
        super.putsTheExportBackWhereAPartIsNotWhatWasSent();
    }

    @Override
    @Test
    @Tag("matrix")
    void putsTheExportBackWhereAWorkerDoesNotKnowItsType() throws Exception {
        super.putsTheExportBackWhereAWorkerDoesNotKnowItsType();
    }

    @Test
    void deliversByTheFilesOfTheThreeMachines() throws Exception {
        beginWithANewTopic();
        List<Process> machines = new ArrayList<>();
        for (int machine = 1; machine <= 3; machine++) {
            Path output = folder.resolve("machine-" + machine);
            machines.add(satchel.start(
                    machine(machine), List.of("-Dsatchel.partition.above=25KB"), output, command(machine)));
        }

        String id = request("csv");
        awaitEnd();

        assertThat(satchel.status(id)).isEqualTo("completed 0");
        assertThat(satchel.value("SELECT count(*) FROM claimed_part")).isEqualTo("6");
        assertThat(file("csv")).isEqualTo(alone("csv"));
        for (Process machine : machines) {
            machine.destroy();
        }
        for (int machine = 1; machine <= 3; machine++) {
            assertThat(Installation.ended(machines.get(machine - 1))).isIn(0, 143);
            String said = Files.readString(folder.resolve("machine-" + machine));
            assertThat(said).doesNotContain(TestKafka.PASSWORD, "org.apache.kafka");
            assertThat(said.contains("is read in 6 parts")).isEqualTo(machine == 1);
        }
    }

    /** What the example's file says that the machine runs. */
    private static String[] command(int number) throws IOException {
        Matcher command = Pattern.compile("'satchel ([a-z0-9 -]+)'")
                .matcher(Files.readString(EXAMPLE.resolve("satchel-" + number + ".env")));
        assertThat(command.find()).isTrue();
        return command.group(1).split(" ");
    }

    /** The example's file, with the hosts and the secrets of the servers that run here. */
    private static Map<String, String> machine(int number) throws IOException {
        Properties file = new Properties();
        file.load(Files.newBufferedReader(EXAMPLE.resolve("satchel-" + number + ".env")));
        Map<String, String> settings = new TreeMap<>();
        file.stringPropertyNames().forEach(name -> settings.put(name, file.getProperty(name)));
        Path properties = folder.resolve("kafka.properties");
        Files.writeString(
                properties,
                Files.readString(EXAMPLE.resolve("kafka.properties"))
                        .replace("CHANGE-ME", TestKafka.PASSWORD)
                        .replace(
                                "/etc/satchel/kafka-ca.pem", KAFKA.certificate().toString()));
        assertThat(settings.keySet()).containsAll(List.of("PGPASSFILE", "SATCHEL_STORE", "AWS_REGION"));
        settings.keySet().removeAll(List.of("PGPASSFILE", "SATCHEL_STORE", "AWS_REGION"));
        settings.put("DATABASE_URL", satchel.environment().get("DATABASE_URL"));
        settings.compute(
                "SATCHEL_PARTITION_CHANNEL",
                (name, channel) -> String.valueOf(channel)
                        .replaceFirst("//[^/]+/", "//" + KAFKA.secureBroker() + "/")
                        .replaceFirst("satchel-parts$", newTopic()));
        settings.replace("SATCHEL_PARTITION_KAFKA_PROPERTIES", "/etc/satchel/kafka.properties", properties.toString());
        return settings;
    }

    @Test
    @Tag("matrix")
    void putsTheExportBackWhereKafkaIsAway() throws Exception {
        beginWithANewTopic();
        Map<String, String> away = over("127.0.0.1:1", topic);
        Path output = folder.resolve("away");
        Process worker =
                satchel.start(divided(away), List.of(), output, "export", "run", "--watch", "--concurrency", "1");
        String small = satchel.requestOfNewUser();
        String large = request("csv");

        Await.until(
                "the export waits",
                () -> satchel.value("SELECT coalesce(error_message, '') FROM export_history WHERE id = '" + large + "'")
                        .startsWith("worker_misconfigured: the workers cannot be asked for the parts of the export"));
        assertThat(satchel.status(large)).isEqualTo("pending 0");
        assertThat(satchel.status(small)).isEqualTo("completed 0");
        assertThat(satchel.value("SELECT count(*) FROM satchel.export_part")).isEqualTo("0");
        worker.destroy();
        assertThat(Installation.ended(worker)).isIn(0, 143);
        assertThat(Files.readString(output))
                .contains("the topic " + topic + " of Kafka at 127.0.0.1:1 does not answer")
                .doesNotContain(TestKafka.PASSWORD, "org.apache.kafka");
    }

    @Test
    void theDoctorAsksTheChannel() throws IOException {
        String unused = newTopic();
        String refused = KAFKA.properties("an0ther").toString();

        Result missing = doctor(over(KAFKA.secureBroker(), unused));
        KAFKA.admin().createTopics(List.of(new NewTopic(unused, 1, (short) 1)));
        Map<String, String> wrong = new TreeMap<>(over(KAFKA.secureBroker(), unused));
        wrong.put("SATCHEL_PARTITION_KAFKA_PROPERTIES", refused);
        Result login = doctor(wrong);
        Result malformed = doctor(Map.of("SATCHEL_PARTITION_CHANNEL", "kafka://nowhere"));

        assertThat(missing.out())
                .contains("warning      partition channel: the topic " + unused + " of Kafka at " + KAFKA.secureBroker()
                        + " does not exist yet");
        assertThat(doctor(over(KAFKA.secureBroker(), unused)).out())
                .contains("ok           partition channel: requests");
        assertThat(login.exit()).isEqualTo(1);
        assertThat(login.out())
                .contains("FAILED       partition channel: ", "refuses the login")
                .doesNotContain("an0ther");
        assertThat(malformed.exit()).isEqualTo(1);
        assertThat(malformed.out())
                .contains("FAILED       partition channel: SATCHEL_PARTITION_CHANNEL is malformed: expected");
    }

    private static Result doctor(Map<String, String> channel) {
        Map<String, String> settings = satchel.environment();
        settings.putAll(channel);
        return Installation.satchel(settings, "doctor");
    }
}
