package dev.satchel.batchexport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Passes TCP connections on to a server, and fails as networks and servers do, when it is told to. */
public final class FaultyProxy implements AutoCloseable {

    private static final long LOOK_INTERVAL = 20;

    private static final List<String> METHODS = List.of("GET ", "HEAD ", "PUT ", "POST ", "DELETE ");

    private static final byte[] SERVER_ERROR =
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1);

    private final String host;
    private final int port;
    private final ServerSocket server;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger cut = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failing = new AtomicInteger();
    private volatile long longestIdle = Long.MAX_VALUE;
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile boolean refusing;
    private volatile Duration pause = Duration.ZERO;
    private volatile @Nullable Silence silence;
    private volatile @Nullable Socket waiting;
    private volatile @Nullable Hold hold;

    private FaultyProxy(String host, int port, ServerSocket server) {
        this.host = host;
        this.port = port;
        this.server = server;
    }

    public static FaultyProxy before(String host, int port) throws IOException {
        FaultyProxy proxy = new FaultyProxy(host, port, new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1")));
        proxy.threads.execute(proxy::accept);
        proxy.clock.scheduleWithFixedDelay(proxy::cutIdle, LOOK_INTERVAL, LOOK_INTERVAL, TimeUnit.MILLISECONDS);
        return proxy;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** From now on ends every connection over which nothing passes for that long. */
    public void cutIdle(Duration limit) {
        longestIdle = limit.toNanos();
    }

    /** How many idle connections were ended. */
    public int cut() {
        return cut.get();
    }

    /** Keeps back what a client sends from where it contains the text, until {@link #release}. */
    public void hold(String text) {
        hold = new Hold(text, new CountDownLatch(1), new CountDownLatch(1));
    }

    /** Waits until something is held. */
    public void awaitHeld() throws InterruptedException {
        Hold current = hold;
        if (current == null || !current.reached.await(1, TimeUnit.MINUTES)) {
            throw new AssertionError("nothing was held within a minute");
        }
    }

    public void release() {
        Hold current = hold;
        hold = null;
        if (current != null) {
            current.released.countDown();
        }
    }

    /** Ends all connections, and every new one at once, until {@link #recover}. */
    public void refuse() {
        refusing = true;
        links.forEach(Link::end);
    }

    /**
     * From the next request on that contains the text, passes nothing on, ends no connection and answers no new one, until
     * {@link #recover}; as a machine in between that hangs.
     */
    public void fallSilentAt(String text) {
        silence = new Silence(text, true, new CountDownLatch(1), new CountDownLatch(1));
    }

    /** The same from the next answer on that contains the text. */
    public void fallSilentAtAnswer(String text) {
        silence = new Silence(text, false, new CountDownLatch(1), new CountDownLatch(1));
    }

    /** Whether it has fallen silent. */
    public boolean isSilent() {
        Silence current = silence;
        return current != null && current.begun.getCount() == 0;
    }

    /** Whether the client has ended the connection with which the silence began. */
    public boolean hasGivenUp() {
        Socket client = waiting;
        if (client == null) {
            return false;
        }
        try {
            // Which the other end ignores, if there is one.
            client.sendUrgentData(0);
            return false;
        } catch (IOException ended) {
            return true;
        }
    }

    /** How many connections were opened in silence. */
    public int unanswered() {
        return unanswered.get();
    }

    /** Waits that long before it passes on each piece of a request. */
    public void slowDown(Duration pause) {
        this.pause = pause;
    }

    /** Answers that many of the next requests of HTTP with 500, instead of the server. */
    public void fail(int requests) {
        failing.set(requests);
    }

    /** Lets connections pass again; those that were silent end. */
    public void recover() {
        refusing = false;
        Silence current = silence;
        silence = null;
        if (current != null) {
            current.over.countDown();
            links.forEach(Link::end);
        }
    }

    /** How many connections were refused. */
    public int refused() {
        return refused.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing) {
                    refused.incrementAndGet();
                    reset(client);
                    continue;
                }
                if (isSilent()) {
                    unanswered.incrementAndGet();
                    links.add(new Link(client, client));
                    continue;
                }
                connect(client);
            } catch (IOException closed) {
                continue;
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket service;
        try {
            service = new Socket(host, port);
        } catch (IOException serverIsDown) {
            reset(client);
            return;
        }
        client.setTcpNoDelay(true);
        service.setTcpNoDelay(true);
        Link link = new Link(client, service);
        links.add(link);
        threads.execute(() -> link.pass(client, service, true));
        threads.execute(() -> link.pass(service, client, false));
    }

    private boolean isFailing() {
        return failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    private static boolean begins(byte[] buffer, int length) {
        String start = new String(buffer, 0, Math.min(length, 8), ISO_8859_1);
        return METHODS.stream().anyMatch(start::startsWith);
    }

    private void cutIdle() {
        for (Link link : links) {
            if (System.nanoTime() - link.passedAt > longestIdle) {
                cut.incrementAndGet();
                link.end();
            }
        }
    }

    // Closing with no time to linger resets the connection.
    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        release();
        server.close();
        links.forEach(Link::end);
        clock.shutdownNow();
        threads.shutdownNow();
    }

    private record Hold(String text, CountDownLatch reached, CountDownLatch released) {

        void await() {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private record Silence(String text, boolean atRequest, CountDownLatch begun, CountDownLatch over) {

        /** Whether it begins with that piece of a request or an answer. */
        synchronized boolean begins(boolean request, byte[] buffer, int length) {
            boolean first = request == atRequest
                    && begun.getCount() > 0
                    && new String(buffer, 0, length, ISO_8859_1).contains(text);
            if (first) {
                begun.countDown();
            }
            return first;
        }

        /** Waits until the silence is over, if it has begun; then what was read is lost. */
        boolean holds() throws InterruptedException {
            if (begun.getCount() > 0) {
                return false;
            }
            over.await();
            return true;
        }
    }

    private final class Link {

        private final Socket client;
        private final Socket service;
        private volatile long passedAt = System.nanoTime();

        Link(Socket client, Socket service) {
            this.client = client;
            this.service = service;
        }

        void end() {
            links.remove(this);
            reset(client);
            reset(service);
        }

        void pass(Socket from, Socket to, boolean requests) {
            byte[] buffer = new byte[64 * 1024];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                boolean answered = false;
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    passedAt = System.nanoTime();
                    if (requests && !answered && begins(buffer, read) && isFailing()) {
                        from.getOutputStream().write(SERVER_ERROR);
                        answered = true;
                    }
                    if (answered) {
                        // What is left of the request, which the client may send before it reads the answer.
                        continue;
                    }
                    Hold current = hold;
                    if (requests && current != null && new String(buffer, 0, read, ISO_8859_1).contains(current.text)) {
                        current.await();
                    }
                    Silence quiet = silence;
                    if (quiet != null && quiet.begins(requests, buffer, read)) {
                        waiting = client;
                    }
                    if (quiet != null && quiet.holds()) {
                        return;
                    }
                    if (requests && !pause.isZero()) {
                        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
                    }
                    out.write(buffer, 0, read);
                    out.flush();
                    passedAt = System.nanoTime();
                }
                end();
            } catch (IOException ended) {
                end();
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
