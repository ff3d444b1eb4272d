package dev.satchel.batchexport;

import dev.satchel.provider.SelfSigned;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A broker of Kafka in this process, which is its own controller (KRaft). It starts once in a process of tests, and each test
 * has topics of its own. One port takes everybody, one TLS and a login only, and one is behind a proxy.
 */
public final class TestKafka {

    /** The password of the login {@code satchel}. */
    public static final String PASSWORD = "kafka-pa55word";

    private static final TestKafka RUNNING = start();

    private final int port;
    private final int securePort;
    private final FaultyProxy proxy;
    private final Path folder;
    private final Admin admin;

    private TestKafka(int port, int securePort, FaultyProxy proxy, Path folder) {
        this.port = port;
        this.securePort = securePort;
        this.proxy = proxy;
        this.folder = folder;
        this.admin = Admin.create(Map.of("bootstrap.servers", broker()));
    }

    public static TestKafka running() {
        return RUNNING;
    }

    private static TestKafka start() {
        try {
            return inRootLocale(TestKafka::startBroker);
        } catch (Exception failed) {
            throw new IllegalStateException("Kafka did not start", failed);
        }
    }

    // A broker reads its configuration by the letters of the default locale, and there is no "CLASSIC" in Turkish.
    private static <T> T inRootLocale(Callable<T> work) throws Exception {
        Locale locale = Locale.getDefault();
        Locale.setDefault(Locale.ROOT);
        try {
            return work.call();
        } finally {
            Locale.setDefault(locale);
        }
    }

    private static TestKafka startBroker() throws Exception {
        Path folder = Files.createTempDirectory("satchel-kafka-");
        List<Integer> ports = freePorts(4);
        FaultyProxy proxy = FaultyProxy.before("127.0.0.1", ports.get(2));
        TestKafka kafka = new TestKafka(ports.get(0), ports.get(1), proxy, folder);
        kafka.makeCertificate();
        Map<String, String> configuration = prepare(
                folder.resolve("logs"),
                ports.get(3),
                List.of(
                        new Listener("OPEN", "PLAINTEXT", kafka.port, kafka.port),
                        new Listener("SECURE", "SASL_SSL", kafka.securePort, kafka.securePort),
                        new Listener("PROXIED", "PLAINTEXT", ports.get(2), proxy.port())));
        configuration.putAll(kafka.security());
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(configuration), Time.SYSTEM);
        server.startup();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, folder)));
        return kafka;
    }

    private static void end(KafkaRaftServer server, Path folder) {
        server.shutdown();
        server.awaitShutdown();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        } catch (IOException left) {
            throw new UncheckedIOException(left);
        }
    }

    /** So many ports of this machine at which nothing listens. */
    public static List<Integer> freePorts(int number) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int port = 0; port < number; port++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    /**
     * Where clients reach a broker.
     *
     * @param port that the broker listens at
     * @param advertised port that it tells clients, which may be a proxy's
     */
    public record Listener(String name, String protocol, int port, int advertised) {}

    /**
     * The configuration of a broker with these listeners, of which the first is the broker's own. It keeps everything in that
     * folder, which is created and formatted.
     */
    public static Map<String, String> prepare(Path logs, int controllerPort, List<Listener> listeners)
            throws Exception {
        Files.createDirectory(logs);
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setDirectories(List.of(logs.toString()))
                .setMetadataLogDirectory(logs.toString())
                .setScramArguments(List.of("SCRAM-SHA-512=[name=satchel,password=" + PASSWORD + "]"));
        inRootLocale(() -> {
            formatter.run();
            return logs;
        });
        Map<String, String> configuration = new TreeMap<>();
        configuration.put("process.roles", "broker,controller");
        configuration.put("node.id", "1");
        configuration.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        configuration.put("controller.listener.names", "CONTROLLER");
        configuration.put("inter.broker.listener.name", listeners.get(0).name());
        configuration.put(
                "listeners",
                joined(listeners, listener -> listener.name() + "://127.0.0.1:" + listener.port())
                        + ",CONTROLLER://127.0.0.1:" + controllerPort);
        configuration.put(
                "advertised.listeners",
                joined(listeners, listener -> listener.name() + "://127.0.0.1:" + listener.advertised()));
        configuration.put(
                "listener.security.protocol.map",
                joined(listeners, listener -> listener.name() + ":" + listener.protocol()) + ",CONTROLLER:PLAINTEXT");
        configuration.put("log.dirs", logs.toString());
        configuration.put("log.index.size.max.bytes", "65536");
        configuration.put("offsets.topic.replication.factor", "1");
        configuration.put("auto.create.topics.enable", "false");
        configuration.put("controlled.shutdown.enable", "false");
        configuration.put("log.cleaner.enable", "false");
        configuration.put("num.network.threads", "1");
        configuration.put("num.io.threads", "2");
        return configuration;
    }

    private static String joined(List<Listener> listeners, Function<Listener, String> text) {
        return listeners.stream().map(text).collect(Collectors.joining(","));
    }

    private Map<String, String> security() {
        return Map.of(
                "sasl.enabled.mechanisms",
                "SCRAM-SHA-512",
                "listener.name.secure.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                "ssl.keystore.location",
                keyStore().toString(),
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.password",
                SelfSigned.PASSWORD);
    }

    private void makeCertificate() throws IOException, GeneralSecurityException {
        SelfSigned made = SelfSigned.make(keyStore(), "127.0.0.1", "ip:127.0.0.1");
        Files.writeString(certificate(), made.certificate());
    }

    private Path keyStore() {
        return folder.resolve("broker.p12");
    }

    /** The certificate that clients are to trust. */
    public Path certificate() {
        return folder.resolve("broker.pem");
    }

    /** The broker that takes everybody, {@code HOST:PORT}. */
    public String broker() {
        return "127.0.0.1:" + port;
    }

    /** The same behind {@link #proxy}. */
    public String proxiedBroker() {
        return "127.0.0.1:" + proxy.port();
    }

    /** What fails between clients and {@link #proxiedBroker} when it is told to. */
    public FaultyProxy proxy() {
        return proxy;
    }

    /** The same by TLS and with a login. */
    public String secureBroker() {
        return "127.0.0.1:" + securePort;
    }

    /** A file of properties with that password for the secure broker. */
    public Path properties(String password) throws IOException {
        return Files.writeString(
                Files.createTempFile(folder, "client", ".properties"), """
                security.protocol=SASL_SSL
                sasl.mechanism=SCRAM-SHA-512
                sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
                  username="satchel" password="%s";
                ssl.truststore.type=PEM
                ssl.truststore.location=%s
                """.formatted(password, certificate()));
    }

    /** The one client for the administration of the broker, which stays open. */
    public Admin admin() {
        return admin;
    }

    /** Sends texts to the first partition of a topic, with that age. */
    public void send(String topic, long ageMillis, List<String> texts) {
        try (Producer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker()), new ByteArraySerializer(), new ByteArraySerializer())) {
            texts.forEach(text -> producer.send(new ProducerRecord<>(
                    topic,
                    0,
                    System.currentTimeMillis() - ageMillis,
                    null,
                    text.getBytes(StandardCharsets.ISO_8859_1))));
        }
    }

    /** How many records a topic has. */
    public long records(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (ExecutionException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
