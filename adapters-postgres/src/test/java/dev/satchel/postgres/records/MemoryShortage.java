package dev.satchel.postgres.records;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;

/** Sockets of the driver from which one read, whose number the test says, ends as if there were no memory for it. */
public final class MemoryShortage extends SocketFactory {

    private static final int NEVER = -1;

    private static final AtomicInteger READS_BEFORE = new AtomicInteger(NEVER);

    static void isAfterReads(int reads) {
        READS_BEFORE.set(reads);
    }

    static void isOver() {
        READS_BEFORE.set(NEVER);
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public InputStream getInputStream() throws IOException {
                return new FilterInputStream(super.getInputStream()) {
                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        if (READS_BEFORE.getAndUpdate(left -> left == NEVER ? NEVER : left - 1) == 0) {
                            throw new OutOfMemoryError("read " + length + " bytes");
                        }
                        return super.read(bytes, offset, length);
                    }
                };
            }
        };
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }
}
