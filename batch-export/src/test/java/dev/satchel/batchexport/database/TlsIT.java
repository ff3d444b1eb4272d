package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.provider.SelfSigned;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection is as strong as was asked for, or there is none: against a server with TLS and a certificate of its own. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsIT {

    @TempDir
    static Path folder;

    @AutoClose
    private static EmbeddedPostgres server;

    @BeforeAll
    static void start() throws Exception {
        certificate("server");
        certificate("foreign");
        Path rules = Files.writeString(folder.resolve("pg_hba.conf"), """
            local all all trust
            host all postgres 127.0.0.1/32 trust
            host all md5 127.0.0.1/32 md5
            host all plain 127.0.0.1/32 password
            host all all 127.0.0.1/32 scram-sha-256
            """);
        server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setServerConfig("hba_file", rules.toString())
                .setServerConfig("ssl", "on")
                .setServerConfig("ssl_cert_file", folder.resolve("server.crt").toString())
                .setServerConfig("ssl_key_file", folder.resolve("server.key").toString())
                .start();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                CREATE ROLE ana LOGIN PASSWORD 'secret';
                CREATE ROLE plain LOGIN PASSWORD 'secret';
                SET password_encryption = 'md5';
                CREATE ROLE md5 LOGIN PASSWORD 'secret'
                """);
        }
    }

    // The server wants the key as PEM, and readable by itself alone.
    private static void certificate(String name) throws Exception {
        SelfSigned made = SelfSigned.make(folder.resolve(name + ".p12"), "localhost", "dns:localhost");
        Files.writeString(folder.resolve(name + ".crt"), made.certificate());
        Path key = Files.createFile(
                folder.resolve(name + ".key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, made.privateKey());
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=disable, false",
        "'', true",
        "sslmode=prefer, true",
        "sslmode=require, true",
        "sslmode=require&sslrootcert=SERVER, true",
        "sslmode=verify-ca&sslrootcert=SERVER, true",
        "sslmode=verify-full&sslrootcert=SERVER, true",
        "sslmode=require&sslnegotiation=direct, true",
        "channel_binding=require, true",
        "channel_binding=require&sslmode=require&sslrootcert=SERVER, true",
        "channel_binding=disable, true",
        "require_auth=scram-sha-256, true",
        "require_auth=!password, true"
    })
    void connectsAsAsked(String parameters, boolean tls) throws SQLException {
        assertThat(isEncrypted(libpq("ana", parameters))).isEqualTo(tls);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sslmode=require&sslrootcert=FOREIGN",
                "sslmode=verify-ca&sslrootcert=FOREIGN",
                "sslmode=verify-full&sslrootcert=FOREIGN",
                "sslmode=require&sslrootcert=/nowhere.crt",
                "sslrootcert=system",
                "channel_binding=require&sslmode=disable",
                "require_auth=md5",
                "require_auth=!scram-sha-256",
                "require_auth=none",
                "target_session_attrs=standby"
            })
    void refusesAConnectionThatIsWeakerOrAnother(String parameters) {
        assertThatThrownBy(() -> isEncrypted(libpq("ana", parameters))).isInstanceOf(SQLException.class);
    }

    @Test
    void requiresTheSameOfEveryHost() {
        assertThatThrownBy(() -> isEncrypted(libpq("md5", "channel_binding=require")))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> isEncrypted(libpq("plain", "channel_binding=require")))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> isEncrypted(libpq("postgres", "channel_binding=require")))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> isEncrypted(libpq("plain", "require_auth=scram-sha-256,md5")))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> isEncrypted(libpq("postgres", "require_auth=scram-sha-256")))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void requiresTheSameOfAJdbcUrl() throws SQLException {
        assertThat(isEncrypted(jdbc("sslmode=require&sslrootcert=SERVER"))).isTrue();
        assertThatThrownBy(() -> isEncrypted(jdbc("sslmode=require&sslrootcert=FOREIGN")))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> isEncrypted(jdbc("sslmode=disable&channelBinding=require")))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void requiresTheSameByVariables() {
        assertThatThrownBy(() -> isEncrypted(
                        with(libpq("ana", ""), Map.of("PGSSLMODE", "require", "PGSSLROOTCERT", file("FOREIGN")))))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> isEncrypted(
                        with(libpq("ana", ""), Map.of("PGCHANNELBINDING", "require", "PGSSLMODE", "disable"))))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void noticesThatAServerWentSilentUnderTls() throws Exception {
        String url = "postgresql://ana:secret@localhost:" + server.getPort() + "/postgres";
        try (SilentProxy proxy = SilentProxy.before(url, Long.MAX_VALUE, 0);
                Connection connection = new Database(
                                DatabaseUrl.of(Map.of("DATABASE_URL", proxy.url() + "?sslmode=require")))
                        .plain()
                        .getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT 'done' FROM pg_sleep(9)")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("done");
                // Or nothing would have been silent for too long.
                assertThat(connection.getNetworkTimeout()).isEqualTo(LivenessSocketFactory.SILENCE_MILLIS);
            }
            proxy.fallSilent();

            assertThatThrownBy(() -> statement.executeQuery("SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failed -> assertThat(failed.getSQLState()).isEqualTo("08006"));
        }
    }

    @Test
    void triesOneHostAfterTheOther() throws SQLException {
        String url = "postgresql://ana:secret@127.0.0.1:1,localhost:" + server.getPort() + "/postgres";

        assertThat(isEncrypted(Map.of("DATABASE_URL", url))).isTrue();
        assertThat(isEncrypted(Map.of("DATABASE_URL", url + "?target_session_attrs=read-write")))
                .isTrue();
    }

    private static boolean isEncrypted(Map<String, String> environment) throws SQLException {
        try (Connection connection =
                        new Database(DatabaseUrl.of(environment)).plain().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static Map<String, String> libpq(String user, String parameters) {
        return Map.of(
                "DATABASE_URL",
                "postgresql://" + user + ":secret@localhost:" + server.getPort() + "/postgres?" + files(parameters));
    }

    private static Map<String, String> jdbc(String parameters) {
        return Map.of(
                "DATABASE_URL",
                "jdbc:postgresql://localhost:" + server.getPort() + "/postgres?user=ana&password=secret&"
                        + files(parameters));
    }

    private static Map<String, String> with(Map<String, String> environment, Map<String, String> more) {
        Map<String, String> both = new TreeMap<>(environment);
        both.putAll(more);
        return both;
    }

    private static String files(String parameters) {
        return parameters.replace("SERVER", file("SERVER")).replace("FOREIGN", file("FOREIGN"));
    }

    private static String file(String name) {
        return folder.resolve(name.toLowerCase(java.util.Locale.ROOT) + ".crt").toString();
    }
}
