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
 * Makes the sockets of the driver, which notice when their peer is gone.
 *
 * <p>A peer whose packets are lost is found by TCP's own probes. A peer behind a proxy that still answers those, or a
 * proxy that hangs itself, is found by silence: whoever waits for bytes and gets none for some seconds asks whether the
 * server is still at work for this connection. If it is, waiting goes on, however long the work takes. So neither the
 * sort of a large export is cut off, nor a connection waited for that will never speak again.
 */
public final class WatchedSocketFactory extends SocketFactory {

    /** The property under which the one who connects finds the socket again. */
    static final String ID = "satchel.socket";

    /** A socket is watched while this is its timeout; the driver sets others for moments of its own. */
    static final int SILENCE_MILLIS = 4_000;

    /** After so long without a byte and without a server to ask, the connection is given up. */
    private static final Duration UNREACHABLE_FOR = Duration.ofSeconds(20);

    /** The same where a server answers and cannot tell: it refuses a login, or it is another one. */
    private static final Duration UNKNOWN_FOR = Duration.ofMinutes(10);

    private static final Map<String, WatchedSocketFactory> CONNECTING = new ConcurrentHashMap<>();

    private final Properties properties;
    private volatile @Nullable WatchedSocket last;

    /** Called by the driver, once for each connection. */
    public WatchedSocketFactory(Properties properties) {
        this.properties = properties;
        String id = properties.getProperty(ID);
        if (id != null) {
            CONNECTING.put(id, this);
        }
    }

    /** The socket of the connection that was opened under that id; null if there is none. Forgets it. */
    static @Nullable WatchedSocket take(String id) {
        WatchedSocketFactory factory = CONNECTING.remove(id);
        return factory == null ? null : factory.last;
    }

    @Override
    public Socket createSocket() throws IOException {
        WatchedSocket socket = new WatchedSocket();
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

    /** What another connection says of the one that is silent. */
    enum Liveness {
        /** The server works for it. */
        AT_WORK,
        /** The server does not: it has answered, was never asked, or knows no such session any more. */
        GONE,
        /** A server answers and cannot tell. */
        UNKNOWN,
        /** No server answers. */
        UNREACHABLE
    }

    /** A socket whose reader is not left waiting for ever. */
    static final class WatchedSocket extends Socket {

        private volatile @Nullable Supplier<Liveness> liveness;

        void watch(Supplier<Liveness> asking) {
            liveness = asking;
        }

        InetSocketAddress address() {
            return (InetSocketAddress) getRemoteSocketAddress();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new WatchedStream(super.getInputStream());
        }

        private final class WatchedStream extends FilterInputStream {

            WatchedStream(InputStream in) {
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
                            // The answer may have been sent while the question was asked.
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
