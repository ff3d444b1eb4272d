package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @Nested
    class AConnectionUri {

        @Test
        void isReadWithItsPercentEncoding() {
            DatabaseUrl url = parsed("postgresql://ana:s%3Acret%40%2B+1@db.example.org:6543/app%20one?sslmode=require");

            assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example.org:6543/app%20one");
            assertThat(url.properties())
                    .containsAllEntriesOf(Map.of("user", "ana", "password", "s:cret@++1", "sslmode", "require"));
            assertThat(url).hasToString("db.example.org:6543/app one");
        }

        @ParameterizedTest
        @CsvSource({
            "postgresql://h/app, h:5432/app",
            "postgres://h/app?, h:5432/app",
            "postgresql:///app, localhost:5432/app",
            "postgresql://ana@/app, localhost:5432/app",
            "postgresql://:5433/app, localhost:5433/app",
            "postgresql:///app?host=h&port=5433, h:5433/app",
            "postgresql://h?dbname=app, h:5432/app",
            "postgresql://h/app?dbname=other, h:5432/other",
            "postgresql://[::1]:5433/app, [::1]:5433/app",
            "postgresql://[fe80::1%25eth0]/app, [fe80::1%eth0]:5432/app",
            "postgresql:///app?hostaddr=10.0.0.1, 10.0.0.1:5432/app",
            "'postgresql://h1:5433,h2:5434,h3/app', 'h1:5433,h2:5434,h3:5432/app'",
            "'postgresql:///app?host=h1,h2&port=5433', 'h1:5433,h2:5433/app'",
            "'postgresql://[::1]:5433,h2/app', '[::1]:5433,h2:5432/app'",
            "postgresql://h/app%2Fone, h:5432/app/one",
            "postgresql://h/a/b, h:5432/a/b"
        })
        void findsItsHostsAndDatabase(String text, String place) {
            assertThat(parsed(text)).hasToString(place);
        }

        @ParameterizedTest
        @CsvSource({
            "postgresql://ana:s#cret@h/app, ana, s#cret",
            "postgresql://ana:s?cret@h/app, ana, s?cret",
            "postgresql://ana:s:cret@h/app, ana, s:cret",
            "postgresql://ana:s%0Acret@h/app, ana, 's\ncret'",
            "postgresql://ana:s%C3%A9cret@h/app, ana, sécret",
            "postgresql://h/app?user=ana&password=s%26cret, ana, s&cret",
            "postgresql://bo:x@h/app?user=ana&password=secret, ana, secret"
        })
        void findsItsUserAndPassword(String text, String user, String password) {
            assertThat(parsed(text).properties()).contains(entry("user", user), entry("password", password));
        }

        @Test
        void logsInAsTheOperatingSystemsUserWhereNoneIsNamed() {
            String user = System.getProperty("user.name");

            assertThat(parsed("postgresql://h/app").properties()).contains(entry("user", user));
            assertThat(parsed("postgresql://:secret@h/app").properties())
                    .contains(entry("user", user), entry("password", "secret"));
            assertThat(parsed("postgresql://ana:@h/app").properties()).doesNotContainKey("password");
        }

        @ParameterizedTest
        @CsvSource({
            "application_name=nightly, ApplicationName, nightly",
            "fallback_application_name=nightly, ApplicationName, nightly",
            "fallback_application_name=other&application_name=nightly, ApplicationName, nightly",
            "connect_timeout=3, connectTimeout, 3",
            "connect_timeout=-1, connectTimeout, 0",
            "channel_binding=require, channelBinding, require",
            "gssencmode=require, gssEncMode, require",
            "'require_auth=scram-sha-256,md5', requireAuth, 'scram-sha-256,md5'",
            "require_auth=!password, requireAuth, !password",
            "keepalives=0, tcpKeepAlive, false",
            "keepalives_idle=7, satchel.keepalives_idle, 7",
            "krbsrvname=db, kerberosServerName, db",
            "load_balance_hosts=random, loadBalanceHosts, true",
            "options=-c%20work_mem%3D8MB, options, -c work_mem=8MB",
            "requiressl=1, sslmode, require",
            "requiressl=0&sslmode=verify-full, sslmode, verify-full",
            "ssl=true, sslmode, require",
            "sslmode=verify-full&ssl=true, sslmode, verify-full",
            "sslcertmode=disable, sslcert, ''",
            "sslcertmode=disable&sslcert=/c, sslcert, ''",
            "sslkey=/k, sslkey, /k",
            "sslnegotiation=direct&sslmode=require, sslNegotiation, direct",
            "sslpassword=secret, sslpassword, secret",
            "target_session_attrs=any, targetServerType, any",
            "target_session_attrs=read-write, targetServerType, primary",
            "target_session_attrs=primary, targetServerType, primary",
            "target_session_attrs=read-only, targetServerType, secondary",
            "target_session_attrs=standby, targetServerType, secondary",
            "target_session_attrs=prefer-standby, targetServerType, preferSecondary"
        })
        void hasEachParameterTranslated(String parameters, String property, String value) {
            assertThat(parsed("postgresql://h/app?" + parameters).properties()).contains(entry(property, value));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "client_encoding=UTF8",
                    "client_encoding=auto",
                    "gssdelegation=0",
                    "max_protocol_version=latest",
                    "min_protocol_version=3.0",
                    "replication=false",
                    "ssl_max_protocol_version=TLSv1.3",
                    "ssl_min_protocol_version=TLSv1.2",
                    "sslcertmode=allow",
                    "sslcompression=0",
                    "sslsni=1",
                    "tcp_user_timeout=0"
                })
        void acceptsParametersThatAskForTheDefault(String parameter) {
            assertThat(parsed("postgresql://h/app?" + parameter)).hasToString("h:5432/app");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "client_encoding=LATIN1",
                    "gssdelegation=1",
                    "min_protocol_version=3.2",
                    "oauth_client_secret=hunter2",
                    "passfile=/hunter2",
                    "replication=database",
                    "requirepeer=postgres",
                    "scram_client_key=hunter2",
                    "scram_server_key=hunter2",
                    "service=app",
                    "servicefile=/hunter2",
                    "ssl_max_protocol_version=TLSv1.2",
                    "ssl_min_protocol_version=TLSv1.3",
                    "sslcertmode=require",
                    "sslcompression=1",
                    "sslcrl=/crl",
                    "sslcrldir=/crls",
                    "sslkeylogfile=/keys",
                    "sslsni=0",
                    "tcp_user_timeout=1000"
                })
        void isRefusedWithTheNameOfAnUnsupportedParameter(String parameter) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("postgresql://h/app?" + parameter))
                    .withMessageStartingWith("DATABASE_URL: " + parameter.split("=")[0] + " cannot be honoured: ")
                    .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("hunter2"));
        }

        @ParameterizedTest
        @CsvSource({
            "channel_binding=hunter2, 'disable, prefer, require'",
            "connect_timeout=hunter2, must be a whole number",
            "gssencmode=hunter2, 'disable, prefer, require'",
            "keepalives=hunter2, 'must be one of 0, 1'",
            "require_auth=hunter2, scram-sha-256",
            "require_auth=oauth, scram-sha-256",
            "sslmode=hunter2, verify-full",
            "sslmode=required, verify-full",
            "sslmode=REQUIRE, verify-full",
            "target_session_attrs=hunter2, read-write"
        })
        void isRefusedForAnInvalidValue(String parameter, String allowed) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("postgresql://h/app?" + parameter))
                    .withMessageStartingWith("DATABASE_URL: " + parameter.split("=")[0] + " must be ")
                    .withMessageContaining(allowed)
                    .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("hunter2"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"sslMode", "ssl_mode", "passwort", "channelBinding", "prepareThreshold", "sslmodes"})
        void isRefusedForAParameterThatLibpqDoesNotKnow(String name) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("postgresql://h/app?" + name + "=hunter2"))
                    .withMessageStartingWith("DATABASE_URL: " + name + " is not a parameter that libpq knows")
                    .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("hunter2"));
        }
    }

    @Nested
    class AJdbcUrl {

        @Test
        void isReadAsTheDriverReadsIt() {
            DatabaseUrl url =
                    parsed("jdbc:postgresql://localhost/app%20one?user=ana&password=s+cret%2B&sslmode=disable");

            assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:5432/app%20one");
            assertThat(url.properties())
                    .containsAllEntriesOf(Map.of("user", "ana", "password", "s cret+", "sslmode", "disable"));
            assertThat(url).hasToString("localhost:5432/app one");
        }

        @ParameterizedTest
        @CsvSource({
            "jdbc:postgresql:app, localhost:5432/app",
            "jdbc:postgresql:app?user=ana, localhost:5432/app",
            "jdbc:postgresql:///app, localhost:5432/app",
            "jdbc:postgresql://[::1]/app, [::1]:5432/app",
            "'jdbc:postgresql://h1:5433,h2:5434/app', 'h1:5433,h2:5434/app'"
        })
        void findsItsHostsAndDatabase(String text, String place) {
            assertThat(parsed(text)).hasToString(place);
        }

        @ParameterizedTest
        @CsvSource({
            "sslMode=require, ; perhaps sslmode is meant",
            "channel_binding=require, ; in a jdbc: URL it is channelBinding",
            "channelbinding=require, ; perhaps channelBinding is meant",
            "applicationName=x, ; perhaps ApplicationName is meant",
            "passwort=hunter2, ''"
        })
        void isRefusedForAParameterThatTheDriverDoesNotKnow(String parameter, String hint) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("jdbc:postgresql://h/app?" + parameter))
                    .withMessage("DATABASE_URL: " + parameter.split("=")[0]
                            + " is not a parameter that the driver knows" + hint);
        }

        @ParameterizedTest
        @CsvSource({
            "ssl=yes, true or false",
            "sslmode=required, verify-full",
            "tcpKeepAlive=1, true or false",
            "connectTimeout=hunter2, a number",
            "channelBinding=must, require",
            "targetServerType=hunter2, preferSecondary"
        })
        void isRefusedForAValueThatTheDriverWouldReplaceByTheDefault(String parameter, String allowed) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("jdbc:postgresql://h/app?" + parameter))
                    .withMessageStartingWith("DATABASE_URL: " + parameter.split("=")[0] + " must be ")
                    .withMessageContaining(allowed)
                    .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("hunter2"));
        }

        @Test
        void isRefusedForAService() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("jdbc:postgresql://h/app?service=app"))
                    .withMessageStartingWith("DATABASE_URL: service cannot be honoured: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://ana:hunter2@",
                "postgresql://ana:hunter2@host",
                "postgresql://ana:hunter2@host/",
                "postgresql://ana:hunter2@host:port/app",
                "postgresql://ana:hun%zzhunter2@host/app",
                "postgresql://ana:hunter2%@host/app",
                "postgresql://ana:hunter2%00@host/app",
                "postgresql://ana:hunter2%ff@host/app",
                "postgresql://ana:hun/hunter2@host/app",
                "postgresql://ana:hun@hunter2@host/app",
                "postgresql://ana:hunter2@host:0/app",
                "postgresql://ana:hunter2@host:65536/app",
                "postgresql://ana:hunter2@host:1,other:2,third/app?port=1,2",
                "postgresql://ana:hunter2@host/app?sslmode",
                "postgresql://ana:hunter2@host/app?=x",
                "postgresql://ana@host/app?password=hun&ter=hunter2",
                "postgresql://ana@host/app?password=hun&hunter2=x",
                "postgresql://ana@host/app?password=hun=hunter2",
                "postgresql://ana:hunter2@host/app%0a",
                "postgresql://an%0aa:hunter2@host/app",
                "postgresql://ana:hunter2\n@host/app",
                "postgresql://ana:hunter2@host/app\n",
                "postgresql://ana:hunter2\u0000@host/app",
                "postgresql://ana:hunter2@[::1/app",
                "postgresql://ana:hunter2@ho st/app",
                "postgresql://ana:hunter2",
                "postgresql://ana:hunter2/app",
                "mysql://ana:hunter2@host/app",
                "jdbc:mysql://host/app?password=hunter2",
                "jdbc:postgresql://ana:hunter2@host/app",
                "jdbc:postgresql://ana:hunter2@host:5432/app",
                "jdbc:postgresql://ana:hunter2/app",
                "jdbc:postgresql://host:hunter2/app",
                "jdbc:postgresql://host/app?user=ana&password=hunter2%zz",
                "jdbc:postgresql://host/app?password=hun&hunter2=1",
                "jdbc:postgresql://host/app?user=ana&password=hunter2\n",
                "jdbc:postgresql://host?password=hunter2",
                "jdbc:postgres://ana:hunter2@host/app",
                "host=localhost password=hunter2",
                "host=localhost password = hunter2",
                "host=localhost passwort=hunter2",
                "ana:hunter2@host:5432/app",
                "postgresql:/ana:hunter2@host/app",
                "postgresql//ana:hunter2@host/app",
                " postgresql://ana:hunter2@host/app",
                "hunter2"
            })
    void refusesAnythingElseWithoutRepeatingAnyOfIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed(text))
                .withMessageStartingWith("DATABASE_URL is malformed: ")
                .withMessageContaining("expected postgresql://user:password@host:port/database or jdbc:")
                .withNoCause()
                .satisfies(refused -> assertThat(refused.getMessage())
                        .doesNotContain("hunter2")
                        .doesNotContain("ana")
                        .doesNotContain("\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql://%2Fvar%2Frun%2Fpostgresql/app", "postgresql:///app?host=/tmp"})
    void namesAUnixDomainSocketAsWhatItIs(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> parsed(text)).withMessageContaining("Unix-domain socket");
    }

    @Test
    void printsNoPassword() {
        assertThat(parsed("postgresql://ana:hunter2@h/app?sslpassword=hunter3")).hasToString("h:5432/app");
    }

    @Test
    void saysWhenItIsMissing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed(" "))
                .withMessageStartingWith("DATABASE_URL is not set: expected ");
    }

    private static DatabaseUrl parsed(String text) {
        return parsed(text, Map.of());
    }

    private static DatabaseUrl parsed(String text, Map<String, String> variables) {
        Map<String, String> environment = new TreeMap<>(variables);
        environment.put("DATABASE_URL", text);
        return DatabaseUrl.of(environment);
    }
}
