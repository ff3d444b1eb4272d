package dev.satchel;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The address of a service that secrets and users' data are sent to: over TLS, or to this machine itself.
 *
 * <p>Plain http is for {@code localhost}, {@code 127.0.0.0/8} and {@code [::1]} only, as they are written. Another name is
 * refused even if it leads to this machine now: who answers for the name decides where it leads to, and over plain http
 * nothing else would notice.
 */
public record Endpoint(URI uri) {

    /** What every refusal says is allowed. */
    public static final String EXPECTED = "expected https:// and a host, such as https://s3.example.org; http:// for"
            + " localhost, 127.0.0.0/8 and [::1] only";

    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    /**
     * Refuses what secrets must not be sent to.
     *
     * @throws IllegalArgumentException saying why and what is allowed; nothing is repeated but scheme and host, because the
     *     rest can be a password
     */
    public Endpoint {
        if (uri.getHost() == null || uri.getScheme() == null) {
            throw malformed();
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "more than a host and a port is given (a user, a password, '?' or '#'), and none of it is used: "
                            + EXPECTED);
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw malformed();
        }
        if (scheme.equals("http") && !isThisMachine(uri.getHost())) {
            throw new IllegalArgumentException("over http:// everybody on the way to " + uri.getHost()
                    + " could read and change what is sent: " + EXPECTED);
        }
        // The SDK of AWS knows the schemes in lower case only.
        uri = URI.create(scheme + uri.toString().substring(scheme.length()));
    }

    /**
     * Reads the address.
     *
     * @throws IllegalArgumentException as the constructor does
     */
    public static Endpoint parse(String text) {
        try {
            return new Endpoint(new URI(text));
        } catch (URISyntaxException e) {
            // Without the cause, which repeats the text.
            throw malformed();
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("this is not the address of a service: " + EXPECTED);
    }

    // A URI has brackets around a numeric address only, for which no name service is asked.
    private static boolean isThisMachine(String host) {
        if (!host.startsWith("[")) {
            return host.equalsIgnoreCase("localhost")
                    || LOOPBACK_V4.matcher(host).matches();
        }
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
