package dev.satchel.batchexport.run.partition.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the two settings of the channel are read. Nothing here connects. */
class RequestChannelTest {

    private static final String MALFORMED =
            "SATCHEL_PARTITION_CHANNEL is malformed: expected postgresql, or kafka://HOST:PORT/TOPIC, where further"
                    + " brokers follow the first as ,HOST:PORT";

    @TempDir
    Path folder;

    @Test
    void isTheDatabaseUnlessKafkaIsNamed() {
        assertThat(RequestChannel.parse("postgresql", null)).isEqualTo(new RequestChannel.Postgresql());
        assertThat(RequestChannel.parse("kafka://one.example.org:9092,[::1]:9093,10.0.0.3:9094/satchel.parts", null))
                .isEqualTo(new RequestChannel.Kafka(
                        "one.example.org:9092,[::1]:9093,10.0.0.3:9094", "satchel.parts", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka",
                "postgres",
                "kafka://",
                "kafka://host/topic",
                "kafka://host:9092",
                "kafka://host:9092/",
                "kafka://host:0/topic",
                "kafka://host:65536/topic",
                "kafka://host:9092,other/topic",
                "kafka://host:9092,/topic",
                "kafka://host:9092/topic/more",
                "kafka://host:9092/topic?acks=1",
                "kafka://host:9092/a b",
                "kafka://host:9092/..",
                "KAFKA://host:9092/topic",
                "https://host:9092/topic"
            })
    void refusesAMalformedAddress(String address) {
        assertThat(run(Map.of("SATCHEL_PARTITION_CHANNEL", address))).isEqualTo(MALFORMED);
    }

    @Test
    void repeatsNoPasswordThatWasSetInTheAddress() {
        assertThat(run(Map.of("SATCHEL_PARTITION_CHANNEL", "kafka://satchel:s3cret@host:9092/topic")))
                .isEqualTo(MALFORMED + "; a login belongs in the file SATCHEL_PARTITION_KAFKA_PROPERTIES");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sasl.mecanism=PLAIN-s3cret | the property 'sasl.mecanism', which is not one of those that say how Kafka is reached (security., sasl., ssl. and others that all clients of Kafka have): did you mean sasl.mechanism?",
                "group.id=s3cret | the property 'group.id', which is not one of those",
                "bootstrap.servers=s3cret:1 | the property 'bootstrap.servers', which is not one of those",
                "security.protocol=s3cret | a value that Kafka refuses, of security.protocol",
                "sasl.login.class=s3cret | a value that Kafka refuses, of sasl.login.class",
                "connections.max.idle.ms=s3cret | a value that Kafka refuses, of connections.max.idle.ms",
                "sasl.jaas.config=s3cret\\u12 | has a \\u without four hexadecimal digits"
            })
    void refusesAFileOfPropertiesThatCannotBeUsed(String line, String reason) throws IOException {
        Path file = Files.writeString(folder.resolve("kafka.properties"), line.strip() + "\n");

        String refused = run(ofKafka(file));

        assertThat(refused)
                .startsWith("SATCHEL_PARTITION_KAFKA_PROPERTIES names a file ")
                .contains(reason)
                .doesNotContain("s3cret")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ssl.keystore.key=-----BEGIN PRIVATE KEY-----,MIIs3cret+w0BAQEFAASC,-----END PRIVATE KEY----- | 2",
                "ssl.keystore.key=-----BEGIN PRIVATE KEY-----\\,MIIBVAIBADANBgkq,s3cret= | 3",
                "# \\,ssl.keystore.type=PEM\\\\,,s3cret | 4",
                "sasl.jaas.config=Module required password=,s3cret; | 2",
                "sasl.jaas.config=Module required password=\\,\"one\",s3cret.of.the.login | 3",
                "s3cret_in_a_name=1 | 1",
                "=s3cret | 1"
            })
    void namesOnlyTheLineOfWhatMayBePartOfAValue(String lines, int number) throws IOException {
        Path file = Files.writeString(
                folder.resolve("kafka.properties"), lines.strip().replace(',', '\n'));

        assertThat(run(ofKafka(file)))
                .isEqualTo("SATCHEL_PARTITION_KAFKA_PROPERTIES names a file whose line " + number
                        + " is not one of the properties that say how Kafka is reached (security., sasl., ssl. and others"
                        + " that all clients of Kafka have): where a value has several lines, such as a private key, each"
                        + " but the last must end with a backslash");
    }

    @Test
    void refusesAFileThatIsNotThereOrOfNoUse() throws IOException {
        Path none = folder.resolve("none.properties");

        assertThat(run(ofKafka(none)))
                .isEqualTo("SATCHEL_PARTITION_KAFKA_PROPERTIES names a file that cannot be read: " + none
                        + " (NoSuchFile)");
        assertThat(run(Map.of(
                        "SATCHEL_PARTITION_KAFKA_PROPERTIES",
                        Files.createFile(folder.resolve("empty")).toString())))
                .isEqualTo(
                        "SATCHEL_PARTITION_KAFKA_PROPERTIES is set, but requests for parts do not go over Kafka: remove"
                                + " it, or set SATCHEL_PARTITION_CHANNEL to kafka://HOST:PORT/TOPIC");
    }

    private static Map<String, String> ofKafka(Path file) {
        return Map.of(
                "SATCHEL_PARTITION_CHANNEL",
                "kafka://host.invalid:9092/topic",
                "SATCHEL_PARTITION_KAFKA_PROPERTIES",
                file.toString());
    }

    /** What the program says to the settings, which it must refuse before it connects to anything. */
    private static String run(Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(settings);
        all.put("DATABASE_URL", "postgresql://satchel@127.0.0.1:1/app");
        all.put("SATCHEL_STORE", "file:///nowhere");
        Result result = Installation.satchel(all, "export", "run");
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        return result.err().strip().replaceFirst("^satchel: ", "");
    }
}
