package dev.satchel.batchexport.database;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates sockets for the driver that detect a lost server.
 *
 * <p>TCP keepalive detects a peer that cannot be reached. It does not detect a lost server behind a proxy that still
 * answers, or a proxy that hangs. So if a read gets no bytes for some seconds, a second connection asks whether the
 * server is still executing the statement. If it is, the read continues, however long the statement takes, such as the
 * sort of a large export. Otherwise the read fails. Safe for use by many threads.
 */
public final class LivenessSocketFactory extends SocketFactory {

    /** The property with the id by which {@link #take} finds the socket. */
    static final String ID = "satchel.socket";

    /**
     * The read timeout in milliseconds after which the server is checked. With another timeout, which the driver sets
     * in places, the socket behaves normally.
     */
    static final int SILENCE_MILLIS = 4_000;

    /** The read fails after this time without a byte, if no server can be reached. */
    private static final Duration UNREACHABLE_FOR = Duration.ofSeconds(20);

    /**
     * The read fails after this time without a byte, if a server answers but the result is unknown: it refuses the
     * login, or is a standby at the same address.
     */
    private static final Duration UNKNOWN_FOR = Duration.ofMinutes(10);

    private static final Map<String, LivenessSocketFactory> CONNECTING = new ConcurrentHashMap<>();

    private final Properties properties;
    private volatile @Nullable LivenessSocket last;

    /** Called by the driver for each connection. */
    public LivenessSocketFactory(Properties properties) {
        this.properties = properties;
        String id = properties.getProperty(ID);
        if (id != null) {
            CONNECTING.put(id, this);
        }
    }

    /** Removes and returns the socket of the connection that was opened with that id; null if there is none. */
    static @Nullable LivenessSocket take(String id) {
        LivenessSocketFactory factory = CONNECTING.remove(id);
        return factory == null ? null : factory.last;
    }

    @Override
    public Socket createSocket() throws IOException {
        LivenessSocket socket = new LivenessSocket();
        KeepAlive.set(socket, properties);
        last = socket;
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private Socket connected(SocketAddress address, @Nullable SocketAddress local) throws IOException {
        Socket socket = createSocket();
        socket.bind(local);
        socket.connect(address);
        return socket;
    }

    /** What a second connection found out about a silent one. */
    enum Liveness {
        /** The server is executing the statement. */
        AT_WORK,
        /** The server is not executing a statement: it has answered, got no request, has ended the session, or is no more. */
        GONE,
        /** A server answers, but the state of the session is unknown. */
        UNKNOWN,
        /** No server answers. */
        UNREACHABLE
    }

    /** A socket whose reads do not wait forever for a lost server. */
    static final class LivenessSocket extends Socket {

        private volatile @Nullable Supplier<Liveness> liveness;

        void watch(Supplier<Liveness> asking) {
            liveness = asking;
        }

        InetSocketAddress address() {
            return (InetSocketAddress) getRemoteSocketAddress();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new LivenessStream(super.getInputStream());
        }

        private final class LivenessStream extends FilterInputStream {

            LivenessStream(InputStream in) {
                super(in);
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                long heard = System.nanoTime();
                boolean doubted = false;
                while (true) {
                    try {
                        return in.read(bytes, offset, length);
                    } catch (SocketTimeoutException silence) {
                        Supplier<Liveness> asking = liveness;
                        if (asking == null || getSoTimeout() != SILENCE_MILLIS) {
                            throw silence;
                        }
                        switch (asking.get()) {
                            case AT_WORK -> {
                                heard = System.nanoTime();
                                doubted = false;
                            }
                            // Checked twice, because the answer may have been sent during the first check.
                            case GONE -> {
                                giveUpIf(doubted);
                                doubted = true;
                            }
                            case UNKNOWN -> giveUpIf(silentFor(heard).compareTo(UNKNOWN_FOR) > 0);
                            case UNREACHABLE -> giveUpIf(silentFor(heard).compareTo(UNREACHABLE_FOR) > 0);
                        }
                    }
                }
            }

            private Duration silentFor(long heard) {
                return Duration.ofNanos(System.nanoTime() - heard);
            }

            private void giveUpIf(boolean hopeless) throws SocketException {
                if (hopeless) {
                    throw new SocketException("the connection to the database went silent");
                }
            }
        }
    }
}
