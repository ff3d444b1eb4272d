package dev.satchel;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The address of a service that receives secrets or users' data. It is reached over TLS, or is on this machine.
 * Immutable.
 *
 * <p>Plain http is allowed for {@code localhost}, {@code 127.0.0.0/8} and {@code [::1]} only. Any other host name is
 * refused, even if it resolves to this machine now: a changed DNS answer could send the data to another machine, and
 * plain http has no certificate by which the client would notice.
 */
public record Endpoint(URI uri) {

    /** The part of each error message that says what is allowed. */
    public static final String EXPECTED = "expected https:// and a host, such as https://s3.example.org; http:// for"
            + " localhost, 127.0.0.0/8 and [::1] only";

    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    /**
     * Refuses an address that secrets must not be sent to.
     *
     * @throws IllegalArgumentException saying why and what is allowed; the message repeats the host at most, because
     *     the rest of the address may hold a password
     */
    public Endpoint {
        if (uri.getHost() == null || uri.getScheme() == null) {
            throw malformed();
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "the address holds a user, a password, '?' or '#', which Satchel does not use: " + EXPECTED);
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw malformed();
        }
        if (scheme.equals("http") && !isThisMachine(uri.getHost())) {
            throw new IllegalArgumentException("http:// to " + uri.getHost()
                    + " is not encrypted, so others could read and " + "change what is sent: " + EXPECTED);
        }
        // The AWS SDK recognises the schemes in lower case only.
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
            // The cause is left out, because its message repeats the text.
            throw malformed();
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("this is not the address of a service: " + EXPECTED);
    }

    // Brackets in a URI always hold a numeric address, so getByName does not ask DNS.
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
