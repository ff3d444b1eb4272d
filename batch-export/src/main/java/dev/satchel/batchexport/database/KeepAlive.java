package dev.satchel.batchexport.database;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketOption;
import java.util.Properties;
import jdk.net.ExtendedSocketOptions;

/**
 * TCP keepalive: by default, probes begin after 10 seconds of silence and follow every 5 seconds, and the connection
 * breaks after 3 probes without an answer.
 */
final class KeepAlive {

    static final String IDLE = "satchel.keepalives_idle";
    static final String INTERVAL = "satchel.keepalives_interval";
    static final String COUNT = "satchel.keepalives_count";

    private KeepAlive() {}

    static void set(Socket socket, Properties properties) throws IOException {
        set(socket, ExtendedSocketOptions.TCP_KEEPIDLE, properties.getProperty(IDLE, "10"));
        set(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, properties.getProperty(INTERVAL, "5"));
        set(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, properties.getProperty(COUNT, "3"));
    }

    // As in libpq, 0 means the default of the operating system. Some systems do not support the options.
    private static void set(Socket socket, SocketOption<Integer> option, String value) throws IOException {
        int chosen = Integer.parseInt(value);
        if (chosen > 0 && socket.supportedOptions().contains(option)) {
            socket.setOption(option, chosen);
        }
    }
}
