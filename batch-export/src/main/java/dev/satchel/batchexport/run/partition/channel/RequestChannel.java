package dev.satchel.batchexport.run.partition.channel;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.PollableChannel;

/** Where requests for parts go, as the setting {@code SATCHEL_PARTITION_CHANNEL} says it. */
public sealed interface RequestChannel {

    /** What every refusal says is allowed. */
    String EXPECTED = "expected postgresql, or kafka://HOST:PORT/TOPIC, where further brokers follow the first as"
            + " ,HOST:PORT";

    /**
     * Reads the two settings; opens nothing.
     *
     * @param address {@code satchel.partition.channel}
     * @param properties {@code satchel.partition.kafka-properties}
     * @throws IllegalArgumentException if one is malformed, or they do not fit together; the message never holds the value,
     *     which may have a password in it
     */
    static RequestChannel parse(String address, @Nullable String properties) {
        if (address.equals("postgresql")) {
            if (properties != null) {
                throw new IllegalArgumentException(KafkaProperties.SETTING
                        + " is set, but requests for parts do not go over Kafka: remove it, or set"
                        + " SATCHEL_PARTITION_CHANNEL to kafka://HOST:PORT/TOPIC");
            }
            return new Postgresql();
        }
        return Kafka.parse(address, properties);
    }

    /**
     * Makes sure that the settings which are in a file can be used, without asking a server.
     *
     * @throws IllegalArgumentException if they cannot; the message never holds a value of the file
     */
    void checkSettings();

    /**
     * The channel, which connects when it is first used. What implements {@link AutoCloseable} is closed by the caller.
     *
     * @param longest how old a request can be that somebody still waits for
     */
    PollableChannel open(DataSource database, Duration longest);

    /**
     * Asks the server, and changes nothing there.
     *
     * @return whether it has the channel
     * @throws dev.satchel.partition.PartFailedException if it cannot be asked; the failure says why
     */
    boolean exists();

    /** What it is, for people. */
    String description();

    /** The database that exports are read from. */
    record Postgresql() implements RequestChannel {

        // It has none of its own.
        @Override
        public void checkSettings() {}

        @Override
        public PollableChannel open(DataSource database, Duration longest) {
            return PostgresRequests.channel(database);
        }

        @Override
        public boolean exists() {
            return true;
        }

        @Override
        public String description() {
            return "the database";
        }
    }

    /**
     * A topic of Kafka.
     *
     * @param brokers as Kafka's clients expect them, {@code HOST:PORT,HOST:PORT}
     * @param properties the file with further properties of Kafka's clients
     */
    record Kafka(String brokers, String topic, @Nullable Path properties) implements RequestChannel {

        private static final int BROKERS = 1;
        private static final int TOPIC = 5;
        private static final String BROKER = "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):[1-9][0-9]{0,4}";
        private static final Pattern ADDRESS =
                Pattern.compile("kafka://(" + BROKER + "(," + BROKER + ")*)/([A-Za-z0-9._-]{1,249})");

        private static Kafka parse(String text, @Nullable String properties) {
            Matcher address = ADDRESS.matcher(text);
            if (!address.matches()
                    || address.group(TOPIC).matches("\\.\\.?")
                    || Pattern.compile(":([0-9]+)(,|$)")
                            .matcher(address.group(BROKERS))
                            .results()
                            .anyMatch(port -> Integer.parseInt(port.group(1)) > 65_535)) {
                throw new IllegalArgumentException("satchel.partition.channel is malformed: " + EXPECTED
                        + (text.contains("@")
                                ? "; a login belongs in the file SATCHEL_PARTITION_KAFKA_PROPERTIES"
                                : ""));
            }
            try {
                return new Kafka(
                        address.group(BROKERS), address.group(TOPIC), properties == null ? null : Path.of(properties));
            } catch (InvalidPathException malformed) {
                throw new IllegalArgumentException(
                        KafkaProperties.SETTING + " is malformed: expected the path of a file", malformed);
            }
        }

        @Override
        public void checkSettings() {
            KafkaProperties.read(this);
        }

        @Override
        public PollableChannel open(DataSource database, Duration longest) {
            return new KafkaRequests(this, KafkaProperties.read(this), longest);
        }

        @Override
        public boolean exists() {
            return new KafkaTopic(this, KafkaProperties.read(this)).exists();
        }

        @Override
        public String description() {
            return "the topic " + topic + " of Kafka at " + brokers;
        }
    }
}
