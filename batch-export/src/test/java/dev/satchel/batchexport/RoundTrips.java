package dev.satchel.batchexport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes the connections of a PostgreSQL client on, and notes the statements of each of its round trips as PostgreSQL's
 * protocol has them: those between two requests for an answer.
 */
final class RoundTrips implements AutoCloseable {

    private final URI server;
    private final ServerSocket entry;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<List<String>> trips = new ConcurrentLinkedQueue<>();
    private final AtomicInteger logins = new AtomicInteger();

    private RoundTrips(URI server, ServerSocket entry) {
        this.server = server;
        this.entry = entry;
    }

    /** Begins to listen for connections to the server of that URL, which must not use TLS. */
    static RoundTrips to(String url) throws IOException {
        RoundTrips trips = new RoundTrips(URI.create(url), new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")));
        trips.threads.execute(trips::accept);
        return trips;
    }

    /** The URL under which the server is reached through this. */
    String url() {
        return server.toString().replaceFirst("@[^/]+/", "@127.0.0.1:" + entry.getLocalPort() + "/");
    }

    /** How many connections there were. */
    int logins() {
        return logins.get();
    }

    /** Takes the round trips noted since the last call, each with its statements on one line each. */
    List<List<String>> take() {
        List<List<String>> taken = new ArrayList<>();
        for (List<String> trip = trips.poll(); trip != null; trip = trips.poll()) {
            taken.add(trip);
        }
        return taken;
    }

    private void accept() {
        while (!entry.isClosed()) {
            try {
                Socket client = entry.accept();
                logins.incrementAndGet();
                Socket service = new Socket(server.getHost(), server.getPort());
                client.setTcpNoDelay(true);
                service.setTcpNoDelay(true);
                threads.execute(() -> pass(client, service, this::note));
                threads.execute(() -> pass(service, client, InputStream::transferTo));
            } catch (IOException closed) {
                continue;
            }
        }
    }

    private static void pass(Socket from, Socket to, Passage passage) {
        try (from;
                to) {
            passage.pass(new BufferedInputStream(from.getInputStream(), 64 * 1024), to.getOutputStream());
        } catch (IOException ended) {
            return;
        }
    }

    private void note(InputStream from, OutputStream to) throws IOException {
        DataInputStream in = new DataInputStream(from);
        Map<String, String> prepared = new HashMap<>();
        List<String> trip = new ArrayList<>();
        String bound = "";
        boolean begun = false;
        while (true) {
            // A connection begins with messages that have no type: requests for encryption, and the start.
            int type = begun ? in.readUnsignedByte() : 0;
            int length = in.readInt();
            byte[] body = in.readNBytes(length - Integer.BYTES);
            ByteBuffer message = ByteBuffer.allocate(1 + length);
            if (begun) {
                message.put((byte) type);
            }
            to.write(message.putInt(length).put(body).array(), 0, message.position());
            to.flush();
            begun |= type == 0 && ByteBuffer.wrap(body).getInt() >>> 16 == 3;
            String[] texts = new String(body, UTF_8).split("\0", 3);
            switch (type) {
                case 'P' -> prepared.put(texts[0], texts[1]);
                case 'B' -> bound = prepared.getOrDefault(texts[1], "");
                case 'E' -> trip.add(onOneLine(bound));
                case 'Q' -> trip.add(onOneLine(texts[0]));
                default -> {}
            }
            // The driver sends the start of a transaction together with the first statement.
            if (type == 'S' || (type == 'Q' && !texts[0].equals("BEGIN"))) {
                trips.add(trip);
                trip = new ArrayList<>();
            }
        }
    }

    private static String onOneLine(String sql) {
        return sql.strip().replaceAll("\\s+", " ");
    }

    @Override
    public void close() throws IOException {
        entry.close();
        threads.shutdownNow();
    }

    private interface Passage {
        void pass(InputStream from, OutputStream to) throws IOException;
    }
}
