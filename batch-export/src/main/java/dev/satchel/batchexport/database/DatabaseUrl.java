package dev.satchel.batchexport.database;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ssl.DefaultJavaSSLFactory;

/**
 * The address and login of the database: the setting {@code DATABASE_URL}, completed by the environment variables of
 * libpq, such as {@code PGPASSWORD}.
 *
 * <p>Accepts two forms: a JDBC URL of the <a href="https://jdbc.postgresql.org/documentation/use/">PostgreSQL
 * driver</a>, and a <a href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS">libpq
 * connection URI</a>. No parameter is ignored: each is applied, or refused with its name. Messages never hold a
 * password or parts of a malformed setting, which may hold one. Immutable.
 */
public final class DatabaseUrl {

    /** The name of the setting. */
    public static final String SETTING = "DATABASE_URL";

    private static final String ALLOWED =
            "expected postgresql://user:password@host:port/database or jdbc:postgresql://host:port/database?user=…";

    private static final String DEFAULT_HOST = "localhost";
    private static final String DEFAULT_PORT = "5432";
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9._-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?");
    private static final Pattern PORT = Pattern.compile("0*[1-9][0-9]{0,4}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,39}");

    private final Properties properties;
    private final List<String> hosts;
    private final List<String> ports;
    private final String database;

    private DatabaseUrl(Properties properties, List<String> hosts, List<String> ports, String database) {
        this.properties = properties;
        this.hosts = hosts;
        this.ports = ports;
        this.database = database;
    }

    /**
     * Reads the setting.
     *
     * @param environment the environment variables
     * @throws IllegalArgumentException if the setting is missing or malformed, or has a parameter that is not
     *     supported
     */
    public static DatabaseUrl of(Map<String, String> environment) {
        String text = environment.get(SETTING);
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(SETTING + " is not set: " + ALLOWED);
        }
        ConnectionUri uri;
        try {
            uri = ConnectionUri.parse(text);
        } catch (IllegalArgumentException cause) {
            throw malformed(String.valueOf(cause.getMessage()));
        }
        return ConnectionUri.isJdbc(text) ? jdbc(uri, environment) : libpq(uri, environment);
    }

    private static IllegalArgumentException malformed(String cause) {
        return new IllegalArgumentException(SETTING + " is malformed: " + cause + "; " + ALLOWED);
    }

    private static DatabaseUrl libpq(ConnectionUri uri, Map<String, String> environment) {
        Map<String, String> given = new LinkedHashMap<>();
        putIfThere(given, LibpqParameter.HOST.key, joined(uri.hosts));
        putIfThere(given, LibpqParameter.PORT.key, joined(uri.ports));
        putIfThere(given, LibpqParameter.USER.key, uri.user);
        putIfThere(given, LibpqParameter.PASSWORD.key, uri.password);
        putIfThere(given, LibpqParameter.DBNAME.key, uri.database);
        boolean[] passwordCame = {false};
        uri.parameters.forEach((name, value) -> {
            if (LibpqParameter.of(name).isEmpty()) {
                throw unknown(name, passwordCame[0], "libpq");
            }
            passwordCame[0] |= name.contains("password");
            putIfThere(given, name, value);
        });
        Properties properties = new Properties();
        for (LibpqParameter parameter : LibpqParameter.values()) {
            String value = given.get(parameter.key);
            if (value != null) {
                apply(parameter, SETTING + ": " + parameter.key, value, properties);
            } else if (isLeftOut(parameter, given)) {
                applyVariable(parameter, environment, properties);
            }
        }
        return of(properties, true);
    }

    // A variable must not override a property that another parameter of the URL sets.
    private static boolean isLeftOut(LibpqParameter parameter, Map<String, String> given) {
        return parameter.rule.property == null
                || given.keySet().stream()
                        .flatMap(name -> LibpqParameter.of(name).stream())
                        .noneMatch(other -> parameter.rule.property.equals(other.rule.property));
    }

    private static DatabaseUrl jdbc(ConnectionUri uri, Map<String, String> environment) {
        Properties properties = new Properties();
        putIfThere(properties, PGProperty.PG_HOST, joined(uri.hosts));
        putIfThere(properties, PGProperty.PG_PORT, joined(uri.ports));
        putIfThere(properties, PGProperty.PG_DBNAME, uri.database);
        boolean passwordCame = false;
        for (Map.Entry<String, String> parameter : uri.parameters.entrySet()) {
            String name = parameter.getKey();
            PGProperty property = PGProperty.forName(name);
            if (property == null) {
                throw unknown(name, passwordCame, "the driver");
            }
            passwordCame |= name.contains("assword");
            DriverProperty.check(property, SETTING + ": " + name, parameter.getValue());
            properties.setProperty(name, parameter.getValue());
        }
        Properties given = new Properties();
        given.putAll(properties);
        for (LibpqParameter parameter : LibpqParameter.values()) {
            String property = parameter.rule.property;
            boolean set = property != null && given.containsKey(property);
            // ssl=true is the driver's own parameter for TLS; a variable such as PGSSLMODE must not weaken it.
            boolean tls = PGProperty.SSL_MODE.getName().equals(property) && PGProperty.SSL.isPresent(given);
            if (!set && !tls) {
                applyVariable(parameter, environment, properties);
            }
        }
        return of(properties, false);
    }

    private static void applyVariable(
            LibpqParameter parameter, Map<String, String> environment, Properties properties) {
        String variable = parameter.variable;
        String value = variable == null ? null : environment.get(variable);
        if (variable != null && value != null && !value.isEmpty()) {
            apply(parameter, variable, value, properties);
        }
    }

    private static void apply(LibpqParameter parameter, String source, String value, Properties properties) {
        try {
            parameter.rule.apply(value, properties);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(source + " " + refused.getMessage());
        }
    }

    // After a password that was not percent-encoded, the name may be a part of the password.
    private static IllegalArgumentException unknown(String name, boolean passwordCame, String whose) {
        if (passwordCame || !NAME.matcher(name).matches()) {
            return malformed("it holds a parameter that " + whose
                    + " does not know (in a value, such as a password, '&' is written as %26)");
        }
        String hint = LibpqParameter.of(name)
                .map(known -> known.rule.property)
                .map(property -> "; in a jdbc: URL it is " + property)
                .or(() -> DriverProperty.meantBy(name).map(property -> "; perhaps " + property + " is meant"))
                .orElse("");
        return new IllegalArgumentException(
                SETTING + ": " + name + " is not a parameter that " + whose + " knows" + hint);
    }

    private static void putIfThere(Map<String, String> given, String name, String value) {
        if (!value.isEmpty()) {
            given.put(name, value);
        }
    }

    private static void putIfThere(Properties properties, PGProperty property, String value) {
        if (!value.isEmpty()) {
            property.set(properties, value);
        }
    }

    /** Empty if all are. */
    private static String joined(List<String> each) {
        return each.stream().allMatch(String::isEmpty) ? "" : String.join(",", each);
    }

    private static DatabaseUrl of(Properties properties, boolean isLibpq) {
        List<String> hosts = hosts(properties);
        List<String> ports = ports(properties, hosts.size());
        String database = taken(properties, PGProperty.PG_DBNAME.getName());
        if (database.isEmpty()) {
            throw malformed("it names no database");
        }
        if (PGProperty.USER.getOrDefault(properties) == null) {
            PGProperty.USER.set(properties, System.getProperty("user.name"));
        }
        for (String name : List.of(database, String.valueOf(PGProperty.USER.getOrDefault(properties)))) {
            if (name.codePoints().anyMatch(Character::isISOControl)) {
                throw malformed("its user or database holds a control character");
            }
        }
        strengthen(properties, isLibpq);
        return new DatabaseUrl(properties, hosts, ports, database);
    }

    private static List<String> hosts(Properties properties) {
        String names = taken(properties, PGProperty.PG_HOST.getName());
        String addresses = taken(properties, LibpqParameter.Rule.HOSTADDR);
        if (!names.isEmpty() && !addresses.isEmpty() && !names.equals(addresses)) {
            throw new IllegalArgumentException("hostaddr or PGHOSTADDR cannot be combined with a host: the driver "
                    + "resolves the host itself; leave one of them out");
        }
        List<String> hosts = new ArrayList<>();
        for (String host : (names.isEmpty() ? addresses : names).split(",", -1)) {
            if (host.startsWith("/") || host.startsWith("@")) {
                throw new IllegalArgumentException(SETTING + " or PGHOST names a Unix-domain socket, which the driver "
                        + "does not support: name a host, such as localhost");
            }
            if (!host.isEmpty() && !HOST.matcher(host).matches()) {
                throw malformed("a host holds a character that is not allowed in a host name");
            }
            hosts.add(host.isEmpty() ? DEFAULT_HOST : host);
        }
        return hosts;
    }

    private static List<String> ports(Properties properties, int hosts) {
        List<String> ports = new ArrayList<>();
        for (String port : taken(properties, PGProperty.PG_PORT.getName()).split(",", -1)) {
            if (!port.isEmpty() && !(PORT.matcher(port).matches() && Integer.parseInt(port) <= 65535)) {
                throw malformed("a port is not a number from 1 to 65535 (a ':', '/' or '@' in the password is"
                        + " written as %3A, %2F or %40)");
            }
            ports.add(port.isEmpty() ? DEFAULT_PORT : port);
        }
        if (ports.size() == 1) {
            return IntStream.range(0, hosts).mapToObj(each -> ports.get(0)).toList();
        }
        if (ports.size() != hosts) {
            throw malformed("it has " + hosts + " hosts and " + ports.size() + " ports");
        }
        return ports;
    }

    private static String taken(Properties properties, String name) {
        Object value = properties.remove(name);
        return value == null ? "" : value.toString();
    }

    /** Applies the semantics that sslrootcert has in libpq, which the driver does not implement. */
    private static void strengthen(Properties properties, boolean isLibpq) {
        String mode = PGProperty.SSL_MODE.getOrDefault(properties);
        String root = PGProperty.SSL_ROOT_CERT.getOrDefault(properties);
        boolean hasRoot = root != null && !root.isEmpty();
        // ssl=true without sslmode is the driver's verify-full.
        boolean byDriver = mode == null && PGProperty.SSL.isPresent(properties);
        if ("direct".equals(PGProperty.SSL_NEGOTIATION.getOrDefault(properties))
                && !byDriver
                && (isWeak(mode) || "disable".equals(mode))) {
            throw new IllegalArgumentException(
                    "sslnegotiation=direct needs sslmode=require, verify-ca or verify-full, as for libpq");
        }
        if ("system".equals(root)) {
            if (mode != null && !mode.equals("verify-full")) {
                throw new IllegalArgumentException(
                        "sslrootcert=system needs sslmode=verify-full, because anyone can get a certificate of a "
                                + "public authority");
            }
            if (!properties.getProperty(PGProperty.SSL_CERT.getName(), "").isEmpty()) {
                throw new IllegalArgumentException("sslcert cannot be combined with sslrootcert=system: name the file "
                        + "of root certificates instead");
            }
            PGProperty.SSL_MODE.set(properties, "verify-full");
            PGProperty.SSL_FACTORY.set(properties, DefaultJavaSSLFactory.class.getName());
            properties.remove(PGProperty.SSL_ROOT_CERT.getName());
        } else if ("require".equals(mode) && (hasRoot || (isLibpq && Files.exists(defaultRoot())))) {
            PGProperty.SSL_MODE.set(properties, "verify-ca");
        } else if (hasRoot && !byDriver && isWeak(mode)) {
            throw new IllegalArgumentException(
                    "sslrootcert has no effect with sslmode=" + (mode == null ? "prefer" : mode)
                            + ", which connects without TLS if the server has none: set sslmode=verify-full, or leave "
                            + "sslrootcert out");
        }
    }

    // These modes connect without TLS if the server does not support it.
    private static boolean isWeak(@Nullable String mode) {
        return mode == null || mode.equals("prefer") || mode.equals("allow");
    }

    private static Path defaultRoot() {
        return Path.of(System.getProperty("user.home"), ".postgresql", "root.crt");
    }

    /** The JDBC URL, without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + places() + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String places() {
        return IntStream.range(0, hosts.size())
                .mapToObj(index -> {
                    String host = hosts.get(index);
                    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + ports.get(index);
                })
                .collect(Collectors.joining(","));
    }

    /** A copy of the other properties for the driver: user, password and parameters. */
    public Properties properties() {
        Properties copy = new Properties();
        copy.putAll(properties);
        return copy;
    }

    /** Host, port and database; safe for messages. */
    @Override
    public String toString() {
        return places() + "/" + database;
    }
}
