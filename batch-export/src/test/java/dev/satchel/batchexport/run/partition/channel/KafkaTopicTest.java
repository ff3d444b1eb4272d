package dev.satchel.batchexport.run.partition.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an operator is told to do about a failure of Kafka. Nothing here connects. */
class KafkaTopicTest {

    private static final RequestChannel.Kafka CHANNEL = new RequestChannel.Kafka("host:9092", "parts", null);

    static Arguments[] refusals() {
        return new Arguments[] {
            Arguments.of(
                    new PolicyViolationException("s3cret"),
                    "does not exist, and a policy of the brokers (create.topic.policy.class.name) refuses it as Satchel"
                            + " creates it: create it with one partition"),
            Arguments.of(
                    new InvalidReplicationFactorException("s3cret"),
                    "does not exist, and Kafka has fewer brokers than a new topic has replicas"
                            + " (default.replication.factor): start the others, or create it with one partition and fewer"
                            + " replicas"),
            Arguments.of(
                    new InvalidTimestampException("s3cret"),
                    "takes no request that is dated by this machine's clock, which differs too much from the broker's"
                            + " (message.timestamp.before.max.ms, message.timestamp.after.max.ms): set both clocks"),
            Arguments.of(
                    new InvalidRecordException("s3cret"),
                    "takes no request, because requests have no keys and a compacted topic takes no record without one:"
                            + " set its cleanup.policy to delete"),
            Arguments.of(
                    new NotEnoughReplicasException("s3cret"),
                    "has fewer replicas in step than it needs (min.insync.replicas): start the brokers that are down, or"
                            + " lower it"),
            Arguments.of(
                    new NotEnoughReplicasAfterAppendException("s3cret"),
                    "has fewer replicas in step than it needs (min.insync.replicas): start the brokers that are down, or"
                            + " lower it"),
            Arguments.of(
                    new InvalidConfigurationException("s3cret"),
                    "refuses what it was asked (InvalidConfigurationException): see the logs of its brokers, and the"
                            + " settings of the topic")
        };
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void saysWhatToDo(Exception refused, String sentence) {
        KafkaTopic topic = new KafkaTopic(CHANNEL, KafkaProperties.read(CHANNEL));

        assertThat(topic.failed(new ExecutionException(refused)).failure().detail())
                .isEqualTo("the topic parts of Kafka at host:9092 " + sentence);
    }

    @Test
    void quotesNothingOfAClientThatWasNotMade() {
        KafkaTopic topic = new KafkaTopic(CHANNEL, KafkaProperties.read(CHANNEL));

        assertThat(Throwables.getStackTrace(topic.failed(new KafkaException("s3cret"))))
                .doesNotContain("s3cret");
    }
}
