package dev.satchel.batchexport.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes connections on to a database until they are to be silent: then it neither reads nor writes nor closes, as a
 * machine in between that hangs. Its own kernel still answers TCP's probes.
 */
final class SilentProxy implements AutoCloseable {

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final ServerSocket server;
    private final URI database;
    private volatile int port;
    private final long limit;
    private final AtomicInteger left;
    private final AtomicInteger silenced = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<CountDownLatch> hushes = new ConcurrentLinkedQueue<>();
    private volatile boolean silent;

    private SilentProxy(ServerSocket server, URI database, long limit, int times) {
        this.server = server;
        this.database = database;
        this.port = database.getPort();
        this.limit = limit;
        this.left = new AtomicInteger(times);
    }

    /** Silences that many connections, each when the database has sent more than {@code limit} bytes. */
    static SilentProxy before(String url, long limit, int times) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SilentProxy proxy = new SilentProxy(server, URI.create(url), limit, times);
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    /** The URL of the database, by way of this proxy. */
    String url() {
        return database.getScheme() + "://" + database.getRawUserInfo() + "@127.0.0.1:" + server.getLocalPort()
                + database.getRawPath();
    }

    /** How many connections have gone silent. */
    int silenced() {
        return silenced.get();
    }

    /** Silences all connections, those to come as well. */
    void fallSilent() {
        silent = true;
    }

    /** Silences the connections there are, and passes those to come on to the server at another port. */
    void failOverTo(int other) {
        port = other;
        hushes.forEach(CountDownLatch::countDown);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket service = new Socket(database.getHost(), port);
                CountDownLatch hush = new CountDownLatch(1);
                hushes.add(hush);
                threads.execute(() -> pass(client, service, hush, Long.MAX_VALUE));
                threads.execute(() -> pass(service, client, hush, limit));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pass(Socket from, Socket to, CountDownLatch hush, long most) {
        byte[] buffer = new byte[8192];
        long passed = 0;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                passed += read;
                if (passed > most && left.getAndUpdate(times -> Math.max(0, times - 1)) > 0) {
                    silenced.incrementAndGet();
                    hush.countDown();
                }
                if (silent || hush.getCount() == 0) {
                    NEVER.await();
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException | InterruptedException endOfConnection) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
