package dev.satchel.batchexport.run.partition.channel;

import dev.satchel.batchexport.terminal.NearestName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What Kafka's clients are told: how to reach and log in to the brokers, from the operator's file, and the rest from here.
 * It may hold passwords, so it has no {@code toString}, and no message has a value of it or a name
 * that may be part of a value. Immutable.
 */
final class KafkaProperties {

    static final String SETTING = "satchel.partition.kafka-properties";

    /** How long a broker may take for an answer. */
    static final Duration ANSWER = Duration.ofSeconds(5);

    /** What is not the operator's to say, although all clients have it. */
    private static final Set<String> OURS = Set.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            AdminClientConfig.RETRIES_CONFIG,
            AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG);

    private static final String THOSE_KNOWN =
            " that say how Kafka is reached (security., sasl., ssl. and others that all clients of Kafka have)";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.]{0,60}");

    private static final Pattern REFUSED = Pattern.compile("configuration ([a-z.]+)");

    private final Map<String, Object> ofAllClients;

    private KafkaProperties(Map<String, Object> ofAllClients) {
        this.ofAllClients = Map.copyOf(ofAllClients);
    }

    /**
     * Reads the channel's file, if it has one.
     *
     * @throws IllegalArgumentException if it cannot be read, or has a property that is unknown or cannot be used
     */
    static KafkaProperties read(RequestChannel.Kafka channel) {
        Map<String, Object> properties = new HashMap<>();
        Path file = channel.properties();
        if (file != null) {
            for (PropertyLine line : lines(file)) {
                property(line, file).forEach((name, value) -> {
                    requireKnown(String.valueOf(name), line.number());
                    properties.put(String.valueOf(name), value);
                });
            }
        }
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, channel.brokers());
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, millis(ANSWER));
        properties.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        KafkaProperties read = new KafkaProperties(properties);
        try {
            new AdminClientConfig(read.ofAdmin());
        } catch (ConfigException refused) {
            throw new IllegalArgumentException(
                    SETTING + " names a file with a value that Kafka refuses, of " + property(refused));
        }
        return read;
    }

    private static List<PropertyLine> lines(Path file) {
        try {
            return PropertyLine.of(file);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    SETTING + " names a file that cannot be read: " + file + " (" + reason(unreadable) + ")");
        }
    }

    private static Properties property(PropertyLine line, Path file) {
        try {
            return line.property();
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(SETTING + " names a file that is malformed: line " + line.number()
                    + " of " + file + " has a \\u without four hexadecimal digits");
        }
    }

    // The message of others is the path, or may quote the file.
    private static String reason(IOException unreadable) {
        return unreadable.getClass().getSimpleName().replaceFirst("Exception$", "");
    }

    private static void requireKnown(String name, int line) {
        SortedSet<String> known = new TreeSet<>(AdminClientConfig.configNames());
        known.removeAll(OURS);
        if (known.contains(name)) {
            return;
        }
        if (!isMisspelt(name)) {
            throw new IllegalArgumentException(
                    SETTING + " names a file whose line " + line + " is not one of the properties"
                            + THOSE_KNOWN
                            + ": where a value has several lines, such as a private key, each but the last must end"
                            + " with a backslash");
        }
        throw new IllegalArgumentException(SETTING + " names a file with the property '" + name
                + "', which is not one of those" + THOSE_KNOWN
                + NearestName.to(name, known)
                        .map(near -> ": did you mean " + near + "?")
                        .orElse(""));
    }

    // A line of a private key or of a login whose line before lacks its backslash is read as a name, too.
    private static boolean isMisspelt(String name) {
        if (!NAME.matcher(name).matches()) {
            return false;
        }
        Set<String> ofClients = new HashSet<>(AdminClientConfig.configNames());
        ofClients.addAll(ConsumerConfig.configNames());
        ofClients.addAll(ProducerConfig.configNames());
        return ofClients.contains(name) || NearestName.to(name, ofClients).isPresent();
    }

    private static String property(ConfigException refused) {
        Matcher name = REFUSED.matcher(String.valueOf(refused.getMessage()));
        return name.find() && AdminClientConfig.configNames().contains(name.group(1)) ? name.group(1) : "a property";
    }

    Map<String, Object> ofAdmin() {
        Map<String, Object> properties = new HashMap<>(ofAllClients);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis(ANSWER));
        return properties;
    }

    /** Of a consumer without a group, which keeps no offsets in Kafka. */
    Map<String, Object> ofConsumer() {
        Map<String, Object> properties = new HashMap<>(ofAllClients);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis(ANSWER));
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return properties;
    }

    // A request that arrives twice is as good as one, so the producer needs no right of its own to tell them apart.
    Map<String, Object> ofProducer() {
        Map<String, Object> properties = new HashMap<>(ofAllClients);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis(ANSWER));
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * millis(ANSWER));
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return properties;
    }

    private static int millis(Duration time) {
        return Math.toIntExact(time.toMillis());
    }
}
