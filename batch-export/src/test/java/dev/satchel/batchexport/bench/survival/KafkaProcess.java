package dev.satchel.batchexport.bench.survival;

import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.TestKafka;
import dev.satchel.batchexport.terminal.log.ProgramLogging;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Time;

/**
 * A broker of Kafka in a process of its own, over which the workers of a system are asked for parts. One proxy is before
 * those that claim exports and one before those that deliver parts alone, so that faults meet either or both.
 */
final class KafkaProcess implements Network, AutoCloseable {

    /** Longer than Satchel waits for an answer of Kafka twice. */
    private static final int LONGEST_OUTAGE_MILLIS = 12_000;

    private final String broker;
    private final List<FaultyProxy> proxies;
    private final Path configuration;
    private final Path log;
    private final Random random;
    private final Thread killAtExit = new Thread(() -> this.process.destroyForcibly(), "kill-kafka");
    private Process process;

    private KafkaProcess(String broker, List<FaultyProxy> proxies, Path folder, long seed) throws IOException {
        this.broker = broker;
        this.proxies = proxies;
        this.configuration = folder.resolve("server.properties");
        this.log = folder.resolve("log");
        this.random = new Random(seed);
        this.process = start();
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    /** Starts a broker that keeps all in that folder, and has Satchel's workers use it. */
    static KafkaProcess of(SatchelSubject satchel, Path folder, long seed) throws Exception {
        Files.createDirectory(folder);
        List<Integer> ports = TestKafka.freePorts(4);
        List<FaultyProxy> proxies =
                List.of(FaultyProxy.before("127.0.0.1", ports.get(1)), FaultyProxy.before("127.0.0.1", ports.get(2)));
        Map<String, String> configuration = TestKafka.prepare(
                folder.resolve("logs"),
                ports.get(3),
                List.of(
                        new TestKafka.Listener("OPEN", "PLAINTEXT", ports.get(0), ports.get(0)),
                        new TestKafka.Listener(
                                "CLAIMING",
                                "PLAINTEXT",
                                ports.get(1),
                                proxies.get(0).port()),
                        new TestKafka.Listener(
                                "PARTS",
                                "PLAINTEXT",
                                ports.get(2),
                                proxies.get(1).port())));
        Properties file = new Properties();
        file.putAll(configuration);
        try (Writer text = Files.newBufferedWriter(folder.resolve("server.properties"))) {
            file.store(text, null);
        }
        KafkaProcess kafka = new KafkaProcess("127.0.0.1:" + ports.get(0), proxies, folder, seed);
        kafka.awaitAnswer();
        satchel.set("SATCHEL_PARTITION_CHANNEL", channel(proxies.get(0)));
        satchel.setOfParts("SATCHEL_PARTITION_CHANNEL", channel(proxies.get(1)));
        return kafka;
    }

    private static String channel(FaultyProxy proxy) {
        return "kafka://127.0.0.1:" + proxy.port() + "/satchel-parts";
    }

    // The broker reads its configuration by the letters of the default locale.
    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-Duser.language=en",
                        "-Dslf4j.provider=" + ProgramLogging.class.getName(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KafkaProcess.class.getName(),
                        configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.describeCluster().nodes().get();
        } catch (ExecutionException silent) {
            throw new IOException("Kafka does not answer, see " + log, silent);
        }
    }

    /** The broker's process. */
    public static void main(String[] configuration) throws IOException {
        Properties properties = new Properties();
        try (Reader text = Files.newBufferedReader(Path.of(configuration[0]))) {
            properties.load(text);
        }
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        server.startup();
        server.awaitShutdown();
    }

    @Override
    public void suffer(Fault fault) throws IOException, InterruptedException {
        List<FaultyProxy> cut = proxies();
        switch (fault) {
            case CHANNEL_RESET -> {
                cut.forEach(FaultyProxy::refuse);
                cut.forEach(FaultyProxy::recover);
            }
            case CHANNEL_REFUSAL -> {
                cut.forEach(FaultyProxy::refuse);
                outage();
                cut.forEach(FaultyProxy::recover);
            }
            case CHANNEL_SILENCE -> {
                // Every request contains nothing.
                cut.forEach(proxy -> proxy.hold(""));
                outage();
                cut.forEach(FaultyProxy::release);
            }
            case CHANNEL_KILL -> {
                process.destroyForcibly().waitFor();
                restart();
            }
            case CHANNEL_STOP -> {
                process.destroy();
                process.waitFor();
                restart();
            }
            default -> throw new IllegalArgumentException("not a fault of the channel: " + fault);
        }
    }

    /** Before those that claim exports, those that deliver parts alone, or both. */
    private List<FaultyProxy> proxies() {
        int chosen = random.nextInt(proxies.size() + 1);
        return chosen < proxies.size() ? proxies.subList(chosen, chosen + 1) : proxies;
    }

    private void outage() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_OUTAGE_MILLIS));
    }

    private void restart() throws IOException, InterruptedException {
        outage();
        process = start();
        awaitAnswer();
    }

    @Override
    public void close() throws IOException {
        for (FaultyProxy proxy : proxies) {
            proxy.close();
        }
        process.destroyForcibly();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }
}
