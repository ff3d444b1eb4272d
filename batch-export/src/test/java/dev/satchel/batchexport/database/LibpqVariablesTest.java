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

/** Which variables and files of libpq complete a DATABASE_URL. */
class LibpqVariablesTest {

    @Nested
    class ARootCertificate {

        @ParameterizedTest
        @ValueSource(strings = {"postgresql", "jdbc:postgresql"})
        void isVerifiedWhereTlsIsRequired(String scheme) {
            assertThat(parsed(scheme + "://h/app?sslmode=require&sslrootcert=/ca.crt")
                            .properties())
                    .contains(entry("sslmode", "verify-ca"), entry("sslrootcert", "/ca.crt"));
        }

        @Test
        void ofTheSystemMeansAFullCheck() {
            assertThat(parsed("postgresql://h/app?sslrootcert=system").properties())
                    .contains(
                            entry("sslmode", "verify-full"),
                            entry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"))
                    .doesNotContainKey("sslrootcert");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("postgresql://h/app?sslrootcert=system&sslmode=verify-ca"))
                    .withMessageContaining("sslrootcert=system needs sslmode=verify-full");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "&sslmode=prefer", "&sslmode=allow"})
        void isRefusedWhereItWouldNotBeUsed(String mode) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("postgresql://h/app?sslrootcert=/ca.crt" + mode))
                    .withMessageStartingWith("sslrootcert has no effect with sslmode=");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&sslmode=disable", "&sslmode=allow", "&sslmode=prefer"})
    void refusesTlsFromTheFirstByteWhereTlsIsNotRequired(String mode) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("postgresql://h/app?sslnegotiation=direct" + mode))
                .withMessageStartingWith("sslnegotiation=direct needs sslmode=require");
    }

    @Nested
    class TheVariablesOfLibpq {

        @Test
        void supplyWhatTheUriLeavesOut() {
            Map<String, String> variables = new TreeMap<>(Map.of(
                    "PGHOST", "h",
                    "PGPORT", "5433",
                    "PGDATABASE", "app",
                    "PGUSER", "ana",
                    "PGPASSWORD", "secret",
                    "PGSSLMODE", "verify-full",
                    "PGCHANNELBINDING", "require",
                    "PGAPPNAME", "nightly"));

            DatabaseUrl url = parsed("postgresql://", variables);

            assertThat(url).hasToString("h:5433/app");
            assertThat(url.properties())
                    .containsAllEntriesOf(Map.of(
                            "user", "ana",
                            "password", "secret",
                            "sslmode", "verify-full",
                            "channelBinding", "require",
                            "ApplicationName", "nightly"));
        }

        @Test
        void supplyWhatAJdbcUrlLeavesOut() {
            DatabaseUrl url = parsed(
                    "jdbc:postgresql://h/app?user=ana",
                    Map.of("PGPASSWORD", "secret", "PGCHANNELBINDING", "require", "PGUSER", "bo"));

            assertThat(url.properties())
                    .containsAllEntriesOf(Map.of("user", "ana", "password", "secret", "channelBinding", "require"));
        }

        @ParameterizedTest
        @CsvSource({
            "postgresql://h/app?sslmode=verify-full, PGSSLMODE, prefer, sslmode, verify-full",
            "postgresql://h/app?sslmode=verify-full, PGREQUIRESSL, 1, sslmode, verify-full",
            "postgresql://h/app?ssl=true, PGSSLMODE, disable, sslmode, require",
            "postgresql://ana@h/app, PGUSER, bo, user, ana",
            "jdbc:postgresql://h/app?ssl=true, PGSSLMODE, disable, sslmode, ",
            "postgresql://h/app, PGREQUIRESSL, 1, sslmode, require",
            "postgresql://h/app, PGSSLMODE, '', sslmode, "
        })
        void neverOverrideTheUrl(String text, String variable, String value, String property, String stays) {
            assertThat(parsed(text, Map.of(variable, value)).properties().getProperty(property))
                    .isEqualTo(stays);
        }

        @ParameterizedTest
        @CsvSource({
            "PGSERVICE, PGSERVICE cannot be honoured: ",
            "PGSSLCRL, PGSSLCRL cannot be honoured: ",
            "PGREQUIREPEER, PGREQUIREPEER cannot be honoured: ",
            "PGSSLMODE, PGSSLMODE must be one of ",
            "PGHOSTADDR, hostaddr or PGHOSTADDR cannot be combined with a host: "
        })
        void areRefusedByNameWhereTheyAreNotSupported(String variable, String message) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("postgresql://h/app", Map.of(variable, "hunter2")))
                    .withMessageStartingWith(message)
                    .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("hunter2"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parsed("jdbc:postgresql://h/app", Map.of(variable, "hunter2")))
                    .withMessageStartingWith(message);
        }
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
