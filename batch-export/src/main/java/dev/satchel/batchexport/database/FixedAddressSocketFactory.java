package dev.satchel.batchexport.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Properties;
import javax.net.SocketFactory;

/** Connects the driver to a fixed address instead of resolving the host name. TLS still verifies the host name. */
public final class FixedAddressSocketFactory extends SocketFactory {

    static final String ADDRESS = "satchel.address";
    static final String PORT = "satchel.port";

    private final String address;
    private final int port;

    /** Called by the driver. */
    public FixedAddressSocketFactory(Properties properties) {
        this.address = properties.getProperty(ADDRESS);
        this.port = Integer.parseInt(properties.getProperty(PORT));
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public void connect(SocketAddress endpoint, int timeout) throws IOException {
                super.connect(new InetSocketAddress(address, port), timeout);
            }
        };
    }

    @Override
    public Socket createSocket(String host, int anyPort) throws IOException {
        throw unused();
    }

    @Override
    public Socket createSocket(InetAddress host, int anyPort) throws IOException {
        throw unused();
    }

    @Override
    public Socket createSocket(String host, int anyPort, InetAddress localHost, int localPort) throws IOException {
        throw unused();
    }

    @Override
    public Socket createSocket(InetAddress host, int anyPort, InetAddress localHost, int localPort) throws IOException {
        throw unused();
    }

    private static IOException unused() {
        return new IOException("the driver connects sockets itself");
    }
}
