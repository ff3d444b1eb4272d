package dev.satchel.batchexport.database;

import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parsed parts of a connection URI in the form of libpq or JDBC, percent-decoded. Missing parts are empty.
 *
 * <p>libpq URIs are parsed as libpq does (<a
 * href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS">Connection URIs</a>), which
 * differs from RFC 3986: {@code #} is an ordinary character, and the user ends at the first {@code @}. Error messages
 * never repeat the text, because any part may be a password. For the same reason this is not a record, whose {@code
 * toString} would print it.
 */
final class ConnectionUri {

    private static final String JDBC = "jdbc:postgresql:";

    private static final String ENCODE =
            "(in a user or password every character but letters, digits, '-', '.', '_' and '~' is percent-encoded,"
                    + " such as %40 for '@')";

    /** Names or addresses; an empty text for a missing one. */
    final List<String> hosts;

    /** One port per host; an empty text for a missing one. */
    final List<String> ports;

    final String user;
    final String password;
    final String database;

    /** In the order of the URI; for a repeated name, the last value. */
    final Map<String, String> parameters;

    private ConnectionUri(
            List<String> hosts,
            List<String> ports,
            String user,
            String password,
            String database,
            Map<String, String> parameters) {
        this.hosts = hosts;
        this.ports = ports;
        this.user = user;
        this.password = password;
        this.database = database;
        this.parameters = parameters;
    }

    static boolean isJdbc(String text) {
        return text.startsWith("jdbc:");
    }

    /**
     * @throws IllegalArgumentException with the reason; the message repeats nothing of the text but names of
     * parameters
     */
    static ConnectionUri parse(String text) {
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("it holds a line break or another control character");
        }
        if (isJdbc(text)) {
            return jdbc(text);
        }
        for (String scheme : List.of("postgresql://", "postgres://")) {
            if (text.startsWith(scheme)) {
                return libpq(text.substring(scheme.length()));
            }
        }
        throw new IllegalArgumentException("it begins neither with postgresql:// nor with jdbc:postgresql:");
    }

    private static ConnectionUri libpq(String text) {
        int at = text.indexOf('@');
        int slash = text.indexOf('/');
        String user = "";
        String password = "";
        String rest = text;
        if (at >= 0 && (slash < 0 || at < slash)) {
            String[] names = text.substring(0, at).split(":", 2);
            user = percentDecoded(names[0]);
            password = names.length < 2 ? "" : percentDecoded(names[1]);
            rest = text.substring(at + 1);
        }
        int question = rest.indexOf('?');
        String place = question < 0 ? rest : rest.substring(0, question);
        Map<String, String> parameters = new LinkedHashMap<>();
        if (question >= 0 && question + 1 < rest.length()) {
            for (String parameter :
                    withoutLastAmpersand(rest.substring(question + 1)).split("&", -1)) {
                String[] pair = parameter.split("=", -1);
                if (pair.length != 2 || pair[0].isEmpty()) {
                    throw new IllegalArgumentException("its parameter number " + (parameters.size() + 1)
                            + " is not of the form name=value (in a value '&' is written as %26 and '=' as %3D)");
                }
                parameters.put(percentDecoded(pair[0]), percentDecoded(pair[1]));
            }
        }
        return of(place, user, password, parameters, ConnectionUri::percentDecoded);
    }

    private static String withoutLastAmpersand(String query) {
        return query.endsWith("&") ? query.substring(0, query.length() - 1) : query;
    }

    // Parses as the driver does, but does not write malformed parts to a log.
    private static ConnectionUri jdbc(String text) {
        if (!text.startsWith(JDBC)) {
            throw new IllegalArgumentException("it begins neither with postgresql:// nor with " + JDBC);
        }
        int question = text.indexOf('?');
        String place = text.substring(JDBC.length(), question < 0 ? text.length() : question);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String parameter :
                question < 0 ? new String[0] : text.substring(question + 1).split("&")) {
            if (!parameter.isEmpty()) {
                String[] pair = parameter.split("=", 2);
                parameters.put(pair[0], pair.length < 2 ? "" : formDecoded(pair[1]));
            }
        }
        if (place.startsWith("//")) {
            return of(place.substring(2), "", "", parameters, ConnectionUri::formDecoded);
        }
        return of("/" + (place.equals("/") ? "" : place), "", "", parameters, ConnectionUri::formDecoded);
    }

    private static ConnectionUri of(
            String place, String user, String password, Map<String, String> parameters, Decoder decoder) {
        int slash = place.indexOf('/');
        String authority = slash < 0 ? place : place.substring(0, slash);
        if (authority.indexOf('@') >= 0) {
            throw new IllegalArgumentException("its host part holds an '@' " + ENCODE
                    + "; a jdbc: URL takes them as the parameters user and password");
        }
        String database = slash < 0 ? "" : decoder.decode(place.substring(slash + 1));
        List<String> hosts = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (String address : authority.split(",", -1)) {
            int colon = address.indexOf(':', Math.max(address.lastIndexOf(']'), 0));
            hosts.add(decoder.decode(withoutBrackets(colon < 0 ? address : address.substring(0, colon))));
            ports.add(decoder.decode(colon < 0 ? "" : address.substring(colon + 1)));
        }
        return new ConnectionUri(hosts, ports, user, password, database, parameters);
    }

    private static String withoutBrackets(String address) {
        if (!address.startsWith("[")) {
            return address;
        }
        if (address.length() < 3 || !address.endsWith("]")) {
            throw new IllegalArgumentException("an IPv6 address has no closing bracket");
        }
        return address.substring(1, address.length() - 1);
    }

    private interface Decoder {
        String decode(String text);
    }

    // '+' is not decoded to a space: connection URIs are percent-encoded, not form-encoded.
    private static String percentDecoded(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        for (int index = 0; index < encoded.length; index++) {
            if (encoded[index] == '%') {
                int high = digit(encoded, index + 1);
                int low = digit(encoded, index + 2);
                if (high < 0 || low < 0 || high + low == 0) {
                    throw new IllegalArgumentException(
                            "a '%' is not followed by the two hexadecimal digits of a character " + ENCODE);
                }
                bytes.write(high * 16 + low);
                index += 2;
            } else {
                bytes.write(encoded[index]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new IllegalArgumentException("its percent-encoded characters are not UTF-8");
        }
    }

    private static int digit(byte[] encoded, int index) {
        return index < encoded.length ? Character.digit(encoded[index], 16) : -1;
    }

    private static String formDecoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "a '%' is not followed by the two hexadecimal digits of a character " + ENCODE);
        }
    }
}
