package dev.satchel.batchexport.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes TCP connections on, and resets those that send more than so many bytes. */
public final class BreakingProxy implements AutoCloseable {

    private final ServerSocket server;
    private final URI target;
    private final long limit;
    private final AtomicInteger left;
    private final AtomicInteger broken = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private BreakingProxy(ServerSocket server, URI target, long limit, int times) {
        this.server = server;
        this.target = target;
        this.limit = limit;
        this.left = new AtomicInteger(times);
    }

    /** Breaks that many connections, each after {@code limit} bytes of its requests. */
    public static BreakingProxy before(URI target, long limit, int times) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        BreakingProxy proxy = new BreakingProxy(server, target, limit, times);
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    public int broken() {
        return broken.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket service = new Socket(target.getHost(), target.getPort());
                threads.execute(() -> pass(client, service, true));
                threads.execute(() -> pass(service, client, false));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pass(Socket from, Socket to, boolean requests) {
        byte[] buffer = new byte[8192];
        long passed = 0;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                passed += read;
                if (requests && passed > limit && left.getAndUpdate(times -> Math.max(0, times - 1)) > 0) {
                    broken.incrementAndGet();
                    // Closing with no time to linger resets the connection. The client's is first, so that it does not
                    // get the service's answer to a request that ends too early.
                    from.setSoLinger(true, 0);
                    from.close();
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException endOfConnection) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
