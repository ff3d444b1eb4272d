package dev.satchel.batchexport.database;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * All connection parameters of libpq (PostgreSQL 18 documentation, <a
 * href="https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS">"Parameter Key Words"</a> and
 * "Environment Variables"). Each becomes a property of the driver or is refused by name. None is ignored, because the
 * connection could be less secure than requested.
 *
 * <p>{@code docs/connections.md} documents this table; a test compares the two.
 */
enum LibpqParameter {
    HOST("host", "PGHOST", Rule.text(PGProperty.PG_HOST)),
    HOSTADDR("hostaddr", "PGHOSTADDR", Rule.property(Rule.HOSTADDR)),
    PORT("port", "PGPORT", Rule.text(PGProperty.PG_PORT)),
    DBNAME("dbname", "PGDATABASE", Rule.text(PGProperty.PG_DBNAME)),
    USER("user", "PGUSER", Rule.text(PGProperty.USER)),
    PASSWORD("password", "PGPASSWORD", Rule.text(PGProperty.PASSWORD)),
    PASSFILE("passfile", null, Rule.refused("set the variable PGPASSFILE instead")),
    REQUIRE_AUTH(
            "require_auth",
            "PGREQUIREAUTH",
            Rule.listOf(PGProperty.REQUIRE_AUTH, "password", "md5", "gss", "sspi", "scram-sha-256", "none")),
    CHANNEL_BINDING(
            "channel_binding",
            "PGCHANNELBINDING",
            Rule.oneOf(PGProperty.CHANNEL_BINDING, "disable", "prefer", "require")),
    CONNECT_TIMEOUT("connect_timeout", "PGCONNECT_TIMEOUT", Rule.wholeNumber(PGProperty.CONNECT_TIMEOUT.getName())),
    CLIENT_ENCODING(
            "client_encoding",
            "PGCLIENTENCODING",
            Rule.only("Satchel speaks UTF-8", "auto", "UTF8", "utf8", "UTF-8", "utf-8", "UNICODE", "unicode")),
    OPTIONS("options", "PGOPTIONS", Rule.text(PGProperty.OPTIONS)),
    APPLICATION_NAME("application_name", "PGAPPNAME", Rule.text(PGProperty.APPLICATION_NAME)),
    FALLBACK_APPLICATION_NAME("fallback_application_name", null, Rule.otherwise(PGProperty.APPLICATION_NAME)),
    KEEPALIVES("keepalives", null, Rule.mapped(PGProperty.TCP_KEEP_ALIVE, Map.of("1", "true", "0", "false"))),
    KEEPALIVES_IDLE("keepalives_idle", null, Rule.wholeNumber(KeepAlive.IDLE)),
    KEEPALIVES_INTERVAL("keepalives_interval", null, Rule.wholeNumber(KeepAlive.INTERVAL)),
    KEEPALIVES_COUNT("keepalives_count", null, Rule.wholeNumber(KeepAlive.COUNT)),
    TCP_USER_TIMEOUT(
            "tcp_user_timeout",
            null,
            Rule.only("Java cannot set it, and Satchel notices a silent server by itself", "0")),
    REPLICATION("replication", null, Rule.only("Satchel opens no replication connections", "false", "off", "no", "0")),
    GSSENCMODE("gssencmode", "PGGSSENCMODE", Rule.oneOf(PGProperty.GSS_ENC_MODE, "disable", "prefer", "require")),
    REQUIRESSL("requiressl", "PGREQUIRESSL", Rule.mapped(PGProperty.SSL_MODE, Map.of("1", "require", "0", "prefer"))),
    // libpq accepts ssl=true in URIs, for compatibility with JDBC.
    SSL("ssl", null, Rule.mapped(PGProperty.SSL_MODE, Map.of("true", "require"))),
    // Listed after the two above, because it takes precedence over them.
    SSLMODE(
            "sslmode",
            "PGSSLMODE",
            Rule.oneOf(PGProperty.SSL_MODE, "disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
    SSLNEGOTIATION("sslnegotiation", "PGSSLNEGOTIATION", Rule.oneOf(PGProperty.SSL_NEGOTIATION, "postgres", "direct")),
    SSLCOMPRESSION("sslcompression", "PGSSLCOMPRESSION", Rule.only("compression under TLS gives secrets away", "0")),
    SSLCERT("sslcert", "PGSSLCERT", Rule.text(PGProperty.SSL_CERT)),
    SSLKEY("sslkey", "PGSSLKEY", Rule.text(PGProperty.SSL_KEY)),
    SSLKEYLOGFILE("sslkeylogfile", null, Rule.refused("it would give the session's keys away; leave it out")),
    SSLPASSWORD("sslpassword", null, Rule.text(PGProperty.SSL_PASSWORD)),
    SSLCERTMODE("sslcertmode", "PGSSLCERTMODE", Rule.clientCertificate()),
    SSLROOTCERT("sslrootcert", "PGSSLROOTCERT", Rule.text(PGProperty.SSL_ROOT_CERT)),
    SSLCRL("sslcrl", "PGSSLCRL", Rule.refused("the driver checks no revocation lists; leave it out")),
    SSLCRLDIR("sslcrldir", "PGSSLCRLDIR", Rule.refused("the driver checks no revocation lists; leave it out")),
    SSLSNI("sslsni", "PGSSLSNI", Rule.only("the driver always names the host to the server", "1")),
    REQUIREPEER(
            "requirepeer",
            "PGREQUIREPEER",
            Rule.refused("it is for Unix-domain sockets, which the driver does not have; leave it out")),
    // Java's TLS supports 1.2 and 1.3 only.
    SSL_MIN_PROTOCOL_VERSION(
            "ssl_min_protocol_version",
            "PGSSLMINPROTOCOLVERSION",
            Rule.only(
                    "a higher one is for Java's jdk.tls.disabledAlgorithms to require", "TLSv1", "TLSv1.1", "TLSv1.2")),
    SSL_MAX_PROTOCOL_VERSION(
            "ssl_max_protocol_version",
            "PGSSLMAXPROTOCOLVERSION",
            Rule.only("the driver offers the newest version", "TLSv1.3")),
    MIN_PROTOCOL_VERSION(
            "min_protocol_version",
            "PGMINPROTOCOLVERSION",
            Rule.only("the driver speaks version 3.0 of the protocol", "3.0")),
    MAX_PROTOCOL_VERSION(
            "max_protocol_version",
            "PGMAXPROTOCOLVERSION",
            Rule.only("the driver speaks version 3.0 of the protocol", "3.0", "3.2", "latest")),
    KRBSRVNAME("krbsrvname", "PGKRBSRVNAME", Rule.text(PGProperty.KERBEROS_SERVER_NAME)),
    GSSLIB("gsslib", "PGGSSLIB", Rule.oneOf(PGProperty.GSS_LIB, "gssapi", "sspi")),
    GSSDELEGATION("gssdelegation", "PGGSSDELEGATION", Rule.only("the driver delegates no credentials", "0")),
    SCRAM_CLIENT_KEY("scram_client_key", null, Rule.refused("the driver takes a password only; leave it out")),
    SCRAM_SERVER_KEY("scram_server_key", null, Rule.refused("the driver takes a password only; leave it out")),
    SERVICE("service", "PGSERVICE", Rule.refused(Rule.NO_SERVICE_FILE)),
    SERVICEFILE("servicefile", null, Rule.refused(Rule.NO_SERVICE_FILE)),
    TARGET_SESSION_ATTRS(
            "target_session_attrs",
            "PGTARGETSESSIONATTRS",
            Rule.mapped(
                    PGProperty.TARGET_SERVER_TYPE,
                    Map.of(
                            "any", "any",
                            "read-write", "primary",
                            "read-only", "secondary",
                            "primary", "primary",
                            "standby", "secondary",
                            "prefer-standby", "preferSecondary"))),
    LOAD_BALANCE_HOSTS(
            "load_balance_hosts",
            "PGLOADBALANCEHOSTS",
            Rule.mapped(PGProperty.LOAD_BALANCE_HOSTS, Map.of("disable", "false", "random", "true"))),
    OAUTH_ISSUER("oauth_issuer", null, Rule.refused(Rule.NO_OAUTH)),
    OAUTH_CLIENT_ID("oauth_client_id", null, Rule.refused(Rule.NO_OAUTH)),
    OAUTH_CLIENT_SECRET("oauth_client_secret", null, Rule.refused(Rule.NO_OAUTH)),
    OAUTH_SCOPE("oauth_scope", null, Rule.refused(Rule.NO_OAUTH));

    final String key;

    /**
     * The environment variable that libpq reads if the connection string lacks the parameter; null if there is none.
     */
    final @Nullable String variable;

    // A rule holds a function, whose immutability the compiler cannot verify.
    @SuppressWarnings("ImmutableEnumChecker")
    final Rule rule;

    LibpqParameter(String key, @Nullable String variable, Rule rule) {
        this.key = key;
        this.variable = variable;
        this.rule = rule;
    }

    static Optional<LibpqParameter> of(String key) {
        return Arrays.stream(values())
                .filter(parameter -> parameter.key.equals(key))
                .findFirst();
    }

    /** How a parameter is handled, and the driver's property that it becomes. */
    static final class Rule {

        /** The name of a property of our own, for hostaddr, which the driver does not have. */
        static final String HOSTADDR = "satchel.hostaddr";

        private static final String HONOURED = "honoured";
        private static final String NO_SERVICE_FILE =
                "Satchel reads no service file; write what it says into " + DatabaseUrl.SETTING;
        private static final String NO_OAUTH = "the driver has no OAuth; leave it out";

        /** The driver's property that the parameter becomes; null if there is none. */
        final @Nullable String property;

        /** How the parameter is handled, in words for the documentation. */
        final String description;

        private final BiConsumer<String, Properties> taking;

        private Rule(@Nullable String property, String description, BiConsumer<String, Properties> taking) {
            this.property = property;
            this.description = description;
            this.taking = taking;
        }

        /**
         * Sets the value in the driver's properties.
         *
         * @throws IllegalArgumentException if the value is not supported; the message says why or what is allowed, and
         *     never repeats the value
         */
        void apply(String value, Properties properties) {
            taking.accept(value, properties);
        }

        private static Rule text(PGProperty property) {
            return property(property.getName());
        }

        private static Rule property(String name) {
            return new Rule(name, HONOURED, (value, properties) -> properties.setProperty(name, value));
        }

        private static Rule wholeNumber(String name) {
            return new Rule(
                    name,
                    HONOURED,
                    (value, properties) -> properties.setProperty(name, String.valueOf(Math.max(number(value), 0))));
        }

        private static int number(String value) {
            try {
                return Integer.parseInt(value.strip());
            } catch (NumberFormatException malformed) {
                throw new IllegalArgumentException("must be a whole number");
            }
        }

        private static Rule otherwise(PGProperty property) {
            return new Rule(null, HONOURED, (value, properties) -> properties.putIfAbsent(property.getName(), value));
        }

        private static Rule oneOf(PGProperty property, String... allowed) {
            Map<String, String> same = new LinkedHashMap<>();
            Stream.of(allowed).forEach(value -> same.put(value, value));
            return mapped(property, same);
        }

        private static Rule mapped(PGProperty property, Map<String, String> values) {
            return new Rule(property.getName(), HONOURED, (value, properties) -> {
                String translated = values.get(value);
                if (translated == null) {
                    throw mustBeOneOf(values.keySet().stream().sorted());
                }
                property.set(properties, translated);
            });
        }

        private static IllegalArgumentException mustBeOneOf(Stream<String> values) {
            return new IllegalArgumentException(values.collect(Collectors.joining(", ", "must be one of ", "")));
        }

        /** A list of these values, each of which may be negated with a leading exclamation mark as in libpq. */
        private static Rule listOf(PGProperty property, String... allowed) {
            Set<String> known = Set.of(allowed);
            return new Rule(property.getName(), HONOURED, (value, properties) -> {
                for (String each : value.split(",", -1)) {
                    String name = each.strip();
                    if (!known.contains(name.startsWith("!") ? name.substring(1) : name)) {
                        throw mustBeOneOf(Stream.of(allowed));
                    }
                }
                property.set(properties, value);
            });
        }

        /** Accepts only values that mean what the driver does in any case. */
        private static Rule only(String why, String... allowed) {
            return new Rule(null, "refused, except " + String.join(", ", allowed) + ": " + why, (value, properties) -> {
                if (!Set.of(allowed).contains(value)) {
                    throw new IllegalArgumentException("cannot be honoured: " + why + "; leave it out");
                }
            });
        }

        private static Rule refused(String why) {
            return new Rule(null, "refused: " + why, (value, properties) -> {
                throw new IllegalArgumentException("cannot be honoured: " + why);
            });
        }

        // With an empty file name, the driver does not look for a certificate in the user's home directory.
        private static Rule clientCertificate() {
            String why = "the driver cannot tell whether the server asked for a certificate";
            return new Rule(null, "honoured, except require: " + why, (value, properties) -> {
                switch (value) {
                    case "disable" -> {
                        PGProperty.SSL_CERT.set(properties, "");
                        PGProperty.SSL_KEY.set(properties, "");
                    }
                    case "allow" -> {}
                    case "require" -> throw new IllegalArgumentException("cannot be honoured: " + why);
                    default -> throw mustBeOneOf(Stream.of("disable", "allow"));
                }
            });
        }
    }
}
