package dev.satchel.batchexport.run.partition.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.TestKafka;
import dev.satchel.export.Failure;
import dev.satchel.partition.PartFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.springframework.batch.integration.partition.StepExecutionRequest;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.GenericMessage;

/** The topic of requests, at a broker that this process runs. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaRequestsIT {

    private static final TestKafka KAFKA = TestKafka.running();

    private final String topic = "parts-" + UUID.randomUUID();

    @Test
    void givesEveryWorkerEveryRequestInItsOrder() throws Exception {
        try (KafkaRequests sender = open();
                KafkaRequests receiver = open()) {
            assertThat(receiver.receive(0)).isNull();
            LongStream.rangeClosed(1, 5).forEach(step -> sender.send(request(step)));

            assertThat(received(receiver, 5)).containsExactly("1 part", "2 part", "3 part", "4 part", "5 part");
            assertThat(received(sender, 5)).containsExactly("1 part", "2 part", "3 part", "4 part", "5 part");
        }
        assertThat(KAFKA.admin()
                        .describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic)
                        .partitions())
                .hasSize(1);
        assertThat(KAFKA.admin().listGroups().all().get()).isEmpty();
    }

    @Test
    void givesAWorkerThatBeginsLaterWhatSomebodyMayStillWaitFor() throws Exception {
        try (KafkaRequests sender = open()) {
            sender.send(request(1));
            KAFKA.send(topic, Duration.ofHours(2).toMillis(), List.of("2 part"));
        }
        String other = topic + "-old";
        try (KafkaRequests creates = open(other, KAFKA.broker(), null)) {
            assertThat(creates.receive(0)).isNull();
        }
        KAFKA.send(other, Duration.ofHours(2).toMillis(), List.of("3 part"));

        try (KafkaRequests later = open();
                KafkaRequests muchLater = open(other, KAFKA.broker(), null)) {
            assertThat(received(later, 1)).containsExactly("1 part");
            assertThat(muchLater.receive(1_000)).isNull();
            KAFKA.send(other, 0, List.of("4 part"));
            assertThat(received(muchLater, 1)).containsExactly("4 part");
        }
    }

    @Test
    void passesOverWhatIsNoRequest() {
        try (KafkaRequests requests = open()) {
            assertThat(requests.receive(0)).isNull();
            KAFKA.send(
                    topic,
                    0,
                    List.of(
                            "",
                            "\u00ac\u00ed\u0000\u0005sr",
                            "part",
                            "1",
                            "99999999999999999999 part",
                            "-1 part",
                            "1 part\n",
                            "7 part"));

            assertThat(received(requests, 1)).containsExactly("7 part");
        }
    }

    @Test
    @Tag("matrix")
    void goesOnAfterItsTopicWasRemoved() throws Exception {
        try (KafkaRequests requests = open()) {
            requests.send(request(1));
            assertThat(received(requests, 1)).containsExactly("1 part");
            KAFKA.admin().deleteTopics(List.of(topic)).all().get();

            List<String> again = new ArrayList<>();
            for (int attempt = 0; attempt < 20 && again.isEmpty(); attempt++) {
                try {
                    requests.send(request(2));
                    again.addAll(received(requests, 1));
                } catch (PartFailedException whileItIsBeingRemoved) {
                    assertThat(whileItIsBeingRemoved).hasMessageContaining("the topic " + topic + " of Kafka at ");
                }
            }
            assertThat(again).containsExactly("2 part");
        }
    }

    /** A look at a Kafka that is away finds nothing, as one at a topic without new requests. */
    @Test
    void saysThatKafkaIsAwayAlsoAfterItWasThere() throws Exception {
        try (KafkaRequests requests = open(topic, KAFKA.proxiedBroker(), null)) {
            requests.send(request(1));
            assertThat(received(requests, 1)).containsExactly("1 part");

            KAFKA.proxy().refuse();
            assertThatThrownBy(() -> received(requests, 1))
                    .isInstanceOf(PartFailedException.class)
                    .hasMessageContaining(
                            "the topic " + topic + " of Kafka at " + KAFKA.proxiedBroker() + " does not answer");

            KAFKA.proxy().recover();
            KAFKA.send(topic, 0, List.of("2 part"));
            assertThat(received(requests, 2)).containsExactly("1 part", "2 part");
        }
    }

    @Test
    void logsInByTheFileOfProperties() throws Exception {
        try (KafkaRequests requests = open(topic, KAFKA.secureBroker(), KAFKA.properties(TestKafka.PASSWORD))) {
            requests.send(request(1));

            assertThat(received(requests, 1)).containsExactly("1 part");
        }
    }

    @Test
    void saysWhyKafkaCannotBeUsed() throws Exception {
        refuses(KAFKA.secureBroker(), KAFKA.properties("an0ther"), "refuses the login");
        refuses("127.0.0.1:1", null, "does not answer");
        refuses("nowhere.invalid:9092", null, "the network does not know its hosts");
        refuses(KAFKA.broker(), KAFKA.properties(TestKafka.PASSWORD), "");
    }

    @Test
    void saysWhyACompactedTopicTakesNoRequest() throws Exception {
        KAFKA.admin()
                .createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                .all()
                .get();

        refuses(KAFKA.broker(), null, "takes no request, because requests have no keys");
    }

    /** Kafka's own message quotes the login. */
    @Test
    void quotesNothingOfAMalformedLogin() throws Exception {
        Path file = KAFKA.properties(TestKafka.PASSWORD);
        Files.writeString(file, Files.readString(file).replace(" required ", " an0ther "));

        refuses(KAFKA.secureBroker(), file, "see sasl.jaas.config, and the files that ssl. names");
    }

    private void refuses(String broker, Path properties, String reason) {
        try (KafkaRequests requests = open(topic, broker, properties)) {
            assertThatThrownBy(() -> requests.send(request(1)))
                    .isInstanceOfSatisfying(PartFailedException.class, failed -> {
                        assertThat(failed.failure().code()).isEqualTo(Failure.Code.WORKER_MISCONFIGURED);
                        assertThat(failed.failure().explanation()).doesNotContain(topic, broker);
                        assertThat(failed.failure().detail())
                                .startsWith("the topic " + topic + " of Kafka at " + broker + " ")
                                .contains(reason)
                                .doesNotContain("an0ther", TestKafka.PASSWORD);
                        assertThat(Throwables.getStackTrace(failed)).doesNotContain("an0ther", TestKafka.PASSWORD);
                    });
        }
    }

    @Test
    void looksForItsTopicWithoutMakingIt() throws IOException {
        RequestChannel channel = channel(topic, KAFKA.broker(), null);

        assertThat(channel.exists()).isFalse();
        assertThat(channel.exists()).isFalse();
        try (KafkaRequests requests = open()) {
            assertThat(requests.receive(0)).isNull();
        }
        assertThat(channel.exists()).isTrue();
    }

    private KafkaRequests open() {
        return open(topic, KAFKA.broker(), null);
    }

    private static KafkaRequests open(String topic, String broker, Path properties) {
        RequestChannel.Kafka channel = channel(topic, broker, properties);
        return new KafkaRequests(channel, KafkaProperties.read(channel), Duration.ofHours(1));
    }

    private static RequestChannel.Kafka channel(String topic, String broker, Path properties) {
        return new RequestChannel.Kafka(broker, topic, properties);
    }

    private static Message<?> request(long step) {
        return new GenericMessage<>(new StepExecutionRequest("part", step));
    }

    private static List<String> received(KafkaRequests requests, int number) {
        List<String> received = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (received.size() < number && System.nanoTime() < end) {
            Message<?> message = requests.receive(100);
            if (message != null) {
                StepExecutionRequest request = (StepExecutionRequest) message.getPayload();
                received.add(request.getStepExecutionId() + " " + request.getStepName());
            }
        }
        return received;
    }
}
