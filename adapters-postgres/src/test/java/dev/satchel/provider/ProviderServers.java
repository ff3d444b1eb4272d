package dev.satchel.provider;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The three providers on this machine: a proxy that leads every tunnel to one server with a certificate for their names.
 *
 * <p>So the code under test opens real tunnels to the real addresses, checks a real certificate, and never leaves.
 */
public final class ProviderServers implements AutoCloseable {

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "provider-server");
        thread.setDaemon(true);
        return thread;
    });
    private final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> tunnels = new ConcurrentLinkedQueue<>();
    private final SelfSigned trusted;
    private final TrustManager[] trust;
    private final HttpsServer server;
    private final HttpsServer stranger;
    private final ServerSocket wordForWord;
    private final ServerSocket proxy;
    private volatile int leadsTo;
    private volatile String said = "";
    private volatile String proxySays = "";
    private volatile Function<Asked, Reply> answers = question -> Reply.of(404, "");

    static {
        // Else every answer waits for an acknowledgement of its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private ProviderServers(Path folder) throws IOException, GeneralSecurityException {
        trusted = SelfSigned.make(
                folder.resolve("providers.p12"),
                "providers",
                "dns:api.openai.com,dns:api.anthropic.com,dns:api.unsplash.com");
        server = server(trusted);
        SelfSigned other = SelfSigned.make(folder.resolve("stranger.p12"), "stranger", "dns:api.example.com");
        stranger = server(other);
        trust = trust(trusted, other);
        wordForWord =
                context(trusted).getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        leadsTo = server.getAddress().getPort();
        threads.execute(() -> accept(proxy, this::lead));
        threads.execute(() -> accept(wordForWord, this::say));
    }

    /** Keeps its certificates in that folder. */
    public static ProviderServers in(Path folder) {
        try {
            return new ProviderServers(folder);
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** What was asked. */
    public record Asked(String host, String method, String target, Map<String, List<String>> headers) {

        /** The one value of that header. */
        public String header(String name) {
            return headers.entrySet().stream()
                    .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                    .flatMap(entry -> entry.getValue().stream())
                    .reduce((one, other) -> {
                        throw new AssertionError("two headers " + name);
                    })
                    .orElse("");
        }
    }

    /** What is answered. {@code promised} is the length that is announced; with fewer bytes, the answer breaks off. */
    public record Reply(int status, Map<String, String> headers, String body, long promised, long delayMillis) {

        public static Reply of(int status, String body) {
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            return new Reply(status, Map.of("Content-Type", "application/json"), body, length, 0);
        }

        public Reply with(String header, String value) {
            Map<String, String> more = new java.util.HashMap<>(headers);
            more.put(header, value);
            return new Reply(status, more, body, promised, delayMillis);
        }

        public Reply promising(long bytes) {
            return new Reply(status, headers, body, bytes, delayMillis);
        }

        /** Waits after the headers, before the body. */
        public Reply stalling(long millis) {
            return new Reply(status, headers, body, promised, millis);
        }
    }

    /** Forgets what was asked, and answers so from now on. */
    public void answer(Function<Asked, Reply> answers) {
        this.answers = answers;
        leadsTo = server.getAddress().getPort();
        proxySays = "";
        asked.clear();
        tunnels.clear();
    }

    /** Until the next {@link #answer}, who answers is trusted, and is somebody else. */
    public void leadToStranger() {
        leadsTo = stranger.getAddress().getPort();
    }

    /** Until the next {@link #answer}, the provider sends exactly this, over TLS, and hangs up. */
    public void answerWordForWord(String text) {
        said = text;
        leadsTo = wordForWord.getLocalPort();
    }

    /** Until the next {@link #answer}, the proxy opens no tunnel, sends this instead, and hangs up. */
    public void refuseTunnels(String text) {
        proxySays = text;
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** The head of each request for a tunnel, as it came. */
    public List<String> tunnels() {
        return List.copyOf(tunnels);
    }

    public int proxyPort() {
        return proxy.getLocalPort();
    }

    /** A key store with the providers' certificate, and its password. */
    public Path trustStore() {
        return trusted.file();
    }

    public String trustStorePassword() {
        return SelfSigned.PASSWORD;
    }

    /** The client of the code under test, told of the proxy and whom to trust. */
    HttpClient client() {
        return clientThrough(proxyPort());
    }

    /** As {@link #client}, with the proxy at another port. */
    HttpClient clientThrough(int port) {
        return HttpProviderCheck.builder()
                .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                .sslContext(trusting())
                .build();
    }

    /** As {@link #client}, and trusts nobody whom this machine does not trust anyway. */
    HttpClient clientThatTrustsTheWorld() {
        return HttpProviderCheck.builder()
                .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort())))
                .build();
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        wordForWord.close();
        server.stop(0);
        stranger.stop(0);
        threads.shutdownNow();
    }

    private HttpsServer server(SelfSigned keys) throws IOException, GeneralSecurityException {
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        https.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
        https.setExecutor(threads);
        https.createContext("/", this::reply);
        https.start();
        return https;
    }

    private static SSLContext context(SelfSigned keys) throws GeneralSecurityException {
        KeyManagerFactory manager = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        manager.init(keys.keys(), SelfSigned.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(manager.getKeyManagers(), null, null);
        return context;
    }

    private void reply(HttpExchange exchange) throws IOException {
        try (exchange) {
            Asked question = new Asked(
                    exchange.getRequestHeaders().getFirst("Host"),
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    Map.copyOf(exchange.getRequestHeaders()));
            asked.add(question);
            Reply reply = answers.apply(question);
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(reply.status(), reply.promised() == 0 ? -1 : reply.promised());
            if (reply.delayMillis() > 0) {
                exchange.getResponseBody().flush();
                TimeUnit.MILLISECONDS.sleep(reply.delayMillis());
            }
            if (reply.promised() > 0) {
                exchange.getResponseBody().write(reply.body().getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(ServerSocket socket, Consumer<Socket> work) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                threads.execute(() -> work.accept(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void say(Socket client) {
        try (client) {
            head(client.getInputStream());
            client.getOutputStream().write(said.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // The client broke off.
        }
    }

    private void lead(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            tunnels.add(head(client.getInputStream()));
            if (!proxySays.isEmpty()) {
                client.getOutputStream().write(proxySays.getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
            try (Socket target = new Socket(InetAddress.getLoopbackAddress(), leadsTo)) {
                target.setTcpNoDelay(true);
                client.getOutputStream()
                        .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                threads.execute(() -> copy(target, client));
                copy(client, target);
            }
        } catch (IOException e) {
            // The client broke off, or the test is over.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // One of them broke off.
        }
    }

    // Reading the files takes most of the time of a question, and what is trusted stays the same. Each client gets a
    // context
    // of its own, and so no session that another one began.
    private SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static TrustManager[] trust(SelfSigned... certificates) throws IOException, GeneralSecurityException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        all.load(null, null);
        for (SelfSigned one : certificates) {
            all.setCertificateEntry(
                    one.file().getFileName().toString(), one.keys().getCertificate(SelfSigned.ALIAS));
        }
        TrustManagerFactory manager = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        manager.init(all);
        return manager.getTrustManagers();
    }
}
