package dev.satchel.batchexport.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A network before an S3 service. It keeps requests, whose sender sees the connection break, and delivers them when it is
 * told to; and it changes the heads of answers. Everything else passes.
 */
public final class UnreliableNetwork implements AutoCloseable {

    private final ServerSocket server;
    private final URI target;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<byte[]> held = new ArrayList<>();
    private Predicate<String> holds = line -> false;
    private UnaryOperator<String> change = head -> head;

    private UnreliableNetwork(ServerSocket server, URI target) {
        this.server = server;
        this.target = target;
    }

    public static UnreliableNetwork before(URI target) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        UnreliableNetwork network = new UnreliableNetwork(server, target);
        network.threads.execute(network::accept);
        return network;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Keeps requests from now on whose first line is like this. */
    public synchronized void hold(Predicate<String> firstLine) {
        holds = firstLine;
    }

    /** Changes the status line and the headers of every answer from now on. */
    public synchronized void changeAnswers(UnaryOperator<String> head) {
        change = head;
    }

    public synchronized int held() {
        return held.size();
    }

    /** Hands the service what was kept, and waits for its answers. */
    public synchronized void deliver() throws IOException {
        for (byte[] request : held) {
            try (Socket service = new Socket(target.getHost(), target.getPort())) {
                service.getOutputStream().write(request);
                service.getOutputStream().flush();
                service.getInputStream().readAllBytes();
            }
        }
        held.clear();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                threads.execute(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            if (head.isEmpty()) {
                return;
            }
            if (head.toLowerCase(Locale.ROOT).contains("\r\nexpect: 100-continue")) {
                client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().flush();
            }
            // One request per connection, so that the end of the answer is the end of the connection.
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(head.replaceFirst("(?i)\r\nExpect: 100-continue", "")
                    .replaceFirst("(?i)\r\nConnection: [^\r]*", "")
                    .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            request.writeBytes(client.getInputStream().readNBytes(length(head)));
            if (keep(head.lines().findFirst().orElse(""), request.toByteArray())) {
                // Closing with no time to linger resets the connection.
                client.setSoLinger(true, 0);
            } else {
                pass(request.toByteArray(), client.getOutputStream());
            }
        } catch (IOException endOfConnection) {
            return;
        }
    }

    private synchronized boolean keep(String firstLine, byte[] request) {
        boolean keep = holds.test(firstLine);
        if (keep) {
            held.add(request);
        }
        return keep;
    }

    private void pass(byte[] request, OutputStream client) throws IOException {
        try (Socket service = new Socket(target.getHost(), target.getPort())) {
            service.getOutputStream().write(request);
            service.getOutputStream().flush();
            String head = head(service.getInputStream());
            synchronized (this) {
                head = change.apply(head);
            }
            client.write(head.getBytes(StandardCharsets.ISO_8859_1));
            service.getInputStream().transferTo(client);
            client.flush();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
