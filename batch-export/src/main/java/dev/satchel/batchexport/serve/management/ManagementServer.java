package dev.satchel.batchexport.serve.management;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.satchel.batchexport.observe.health.HealthCheck;
import dev.satchel.batchexport.terminal.RefusedException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers on the management port: {@code /actuator/health} with {@code /liveness} and {@code /readiness} below it, and
 * {@code /actuator/prometheus}. It answers everybody who reaches the port, and changes nothing.
 */
public final class ManagementServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

    private static final String HEALTH = "/actuator/health";

    private static final int THREADS = 32;

    /** Fewer than the threads: liveness waits for no check, and must not wait for a thread either. */
    private static final int WAITING = THREADS / 2;

    private static final String SECONDS_TO_ASK = "2";

    /** More than the checks and the gauges take together, which are bounded: an answer must not be cut off. */
    private static final String SECONDS_TO_ANSWER = "30";

    private final HttpServer server;
    private final ExecutorService threads;
    private final Semaphore waiting = new Semaphore(WAITING);

    private ManagementServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Takes the port, and answers nothing before {@link #start}.
     *
     * @throws RefusedException if the port cannot be had
     */
    public static ManagementServer at(InetSocketAddress address) {
        // A client that sends its request byte by byte would keep a thread for as long as it likes.
        System.setProperty("sun.net.httpserver.maxReqTime", SECONDS_TO_ASK);
        System.setProperty("sun.net.httpserver.maxRspTime", SECONDS_TO_ANSWER);
        if (address.isUnresolved()) {
            throw new RefusedException(
                    "the host '" + address.getHostString() + "' is not known: correct SATCHEL_SERVE_MANAGEMENT");
        }
        try {
            ExecutorService threads = Executors.newFixedThreadPool(THREADS, ManagementServer::daemon);
            HttpServer server = HttpServer.create(address, 0);
            server.setExecutor(threads);
            return new ManagementServer(server, threads);
        } catch (IOException refused) {
            throw new RefusedException("the management port " + address.getHostString() + ":" + address.getPort()
                    + " cannot be had (" + refused.getMessage()
                    + "): name another one, or none, with SATCHEL_SERVE_MANAGEMENT");
        }
    }

    /**
     * Begins to answer.
     *
     * @param checks all checks by their names
     * @param needed the names of the checks without which the program is not ready
     * @param alive whether the program works
     * @param stopping whether it was told to stop
     * @param scrape reads all meters in Prometheus' text format
     */
    public void start(
            Map<String, HealthCheck> checks,
            Set<String> needed,
            BooleanSupplier alive,
            BooleanSupplier stopping,
            Supplier<String> scrape) {
        Health health = new Health(checks, needed, alive, stopping);
        Map<String, Supplier<Answer>> pages = Map.of(
                HEALTH,
                () -> waitFor(health::health),
                HEALTH + "/liveness",
                health::liveness,
                HEALTH + "/readiness",
                () -> waitFor(health::readiness),
                "/actuator/prometheus",
                () -> waitFor(() -> new Answer(200, "text/plain; version=0.0.4; charset=utf-8", scrape.get())));
        server.createContext("/", exchange -> answer(exchange, pages));
        server.start();
    }

    private Answer waitFor(Supplier<Answer> page) {
        if (!waiting.tryAcquire()) {
            return new Answer(503, "text/plain; charset=utf-8", WAITING + " requests wait for an answer: try again\n");
        }
        try {
            return page.get();
        } finally {
            waiting.release();
        }
    }

    /** The port, where the address left it to the system. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Where it answers, as host and port. */
    public String address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static void answer(HttpExchange exchange, Map<String, Supplier<Answer>> pages) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            Supplier<Answer> page = pages.get(exchange.getRequestURI().getPath());
            if (page == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (method.equals("GET") || method.equals("HEAD")) {
                answer(exchange, page, method.equals("HEAD"));
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
            }
        }
    }

    private static void answer(HttpExchange exchange, Supplier<Answer> page, boolean isHeadOnly) throws IOException {
        Answer answer;
        try {
            answer = page.get();
        } catch (RuntimeException unforeseen) {
            LOG.warn(
                    "a request to the management port failed: {}",
                    unforeseen.getClass().getSimpleName());
            LOG.debug("the request", unforeseen);
            exchange.sendResponseHeaders(500, -1);
            return;
        }
        send(exchange, answer, isHeadOnly);
    }

    private static void send(HttpExchange exchange, Answer answer, boolean isHeadOnly) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        if (isHeadOnly) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "management");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
