package dev.satchel.batchexport.database;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where the database is and as whom to log in: the setting {@code DATABASE_URL}.
 *
 * <p>Takes the two forms people have at hand: a JDBC URL of the <a
 * href="https://jdbc.postgresql.org/documentation/use/">PostgreSQL driver</a>, and a <a
 * href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS">libpq connection URI</a>, in
 * which user, password and database may be percent-encoded. It never prints a password.
 */
public final class DatabaseUrl {

    /** The setting's name, which errors mention. */
    public static final String SETTING = "DATABASE_URL";

    private static final String ALLOWED =
            "expected postgresql://user:password@host:port/database or jdbc:postgresql://host:port/database?user=…";

    // From the first colon that is not the scheme's, so that nothing of a password is shown whatever else is wrong.
    private static final Pattern PASSWORD_IN_AUTHORITY = Pattern.compile(":(?!//).*@");
    private static final Pattern PASSWORD_IN_QUERY = Pattern.compile("(?i)(password=)[^&]*");

    /** What libpq calls differently from the driver. */
    private static final Map<String, PGProperty> LIBPQ_NAMES = Map.of(
            "application_name", PGProperty.APPLICATION_NAME,
            "connect_timeout", PGProperty.CONNECT_TIMEOUT,
            "options", PGProperty.OPTIONS,
            "sslcert", PGProperty.SSL_CERT,
            "sslkey", PGProperty.SSL_KEY,
            "sslmode", PGProperty.SSL_MODE,
            "sslrootcert", PGProperty.SSL_ROOT_CERT,
            "target_session_attrs", PGProperty.TARGET_SERVER_TYPE);

    private final Properties properties;
    private final String host;
    private final String port;
    private final String database;

    private DatabaseUrl(Properties properties) {
        this.properties = properties;
        this.host = value(properties, PGProperty.PG_HOST, "localhost");
        this.port = value(properties, PGProperty.PG_PORT, "5432");
        this.database = value(properties, PGProperty.PG_DBNAME, "");
    }

    private static String value(Properties properties, PGProperty property, String otherwise) {
        String value = property.getOrDefault(properties);
        return value == null ? otherwise : value;
    }

    /**
     * Reads the setting.
     *
     * @throws IllegalArgumentException if it is missing or of neither form
     */
    public static DatabaseUrl parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(SETTING + " is not set: " + ALLOWED);
        }
        Properties parsed = text.startsWith("jdbc:") ? jdbc(text) : libpq(text);
        if (parsed == null || value(parsed, PGProperty.PG_DBNAME, "").isEmpty()) {
            throw malformed(text);
        }
        return new DatabaseUrl(parsed);
    }

    private static @Nullable Properties jdbc(String text) {
        return Driver.parseURL(text, new Properties());
    }

    private static Properties libpq(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException wrong) {
            throw malformed(text);
        }
        boolean scheme = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
        String path = uri.getRawPath();
        if (!scheme || uri.getHost() == null || path == null || path.length() < 2) {
            throw malformed(text);
        }
        Properties properties = new Properties();
        PGProperty.PG_HOST.set(properties, uri.getHost());
        PGProperty.PG_PORT.set(properties, uri.getPort() < 0 ? 5432 : uri.getPort());
        PGProperty.PG_DBNAME.set(properties, decoded(text, path.substring(1)));
        String userInfo = uri.getRawUserInfo();
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            PGProperty.USER.set(properties, decoded(text, colon < 0 ? userInfo : userInfo.substring(0, colon)));
            if (colon >= 0) {
                PGProperty.PASSWORD.set(properties, decoded(text, userInfo.substring(colon + 1)));
            }
        }
        if (uri.getRawQuery() != null) {
            for (String parameter : uri.getRawQuery().split("&", -1)) {
                int equals = parameter.indexOf('=');
                if (equals < 1) {
                    throw malformed(text);
                }
                String name = decoded(text, parameter.substring(0, equals));
                PGProperty known = LIBPQ_NAMES.get(name);
                properties.setProperty(
                        known == null ? name : known.getName(), decoded(text, parameter.substring(equals + 1)));
            }
        }
        return properties;
    }

    // A plus is a plus here: connection URIs are percent-encoded, not form-encoded.
    private static String decoded(String whole, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            throw malformed(whole);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(SETTING + " '" + withoutPassword(text) + "' is malformed: " + ALLOWED);
    }

    private static String withoutPassword(String text) {
        String shown = PASSWORD_IN_AUTHORITY.matcher(text).replaceFirst(":***@");
        return PASSWORD_IN_QUERY.matcher(shown).replaceAll("$1***");
    }

    /** The driver's URL, which holds neither user nor password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + hosts() + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
    }

    // The driver keeps the hosts of one URL in one property and their ports in another.
    private String hosts() {
        String[] names = host.split(",", -1);
        String[] ports = port.split(",", -1);
        return IntStream.range(0, names.length)
                .mapToObj(index -> names[index] + ":" + ports[Math.min(index, ports.length - 1)])
                .collect(Collectors.joining(","));
    }

    /** Everything else the driver is told: user, password and parameters. A copy. */
    public Properties properties() {
        Properties copy = new Properties();
        for (String name : properties.stringPropertyNames()) {
            copy.setProperty(name, properties.getProperty(name));
        }
        copy.remove(PGProperty.PG_HOST.getName());
        copy.remove(PGProperty.PG_PORT.getName());
        copy.remove(PGProperty.PG_DBNAME.getName());
        return copy;
    }

    /** Host, port and database, for messages. */
    @Override
    public String toString() {
        return hosts() + "/" + database;
    }
}
