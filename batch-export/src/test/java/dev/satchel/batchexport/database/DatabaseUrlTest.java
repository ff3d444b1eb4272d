package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @Test
    void readsAConnectionUri() {
        DatabaseUrl url =
                DatabaseUrl.parse("postgresql://ana:s%3Acret%40%2B+1@db.example.org:6543/app%20one?sslmode=require");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example.org:6543/app%20one");
        assertThat(url.properties())
                .containsAllEntriesOf(Map.of("user", "ana", "password", "s:cret@++1", "sslmode", "require"));
        assertThat(url).hasToString("db.example.org:6543/app one");
    }

    @Test
    void readsAJdbcUrl() {
        DatabaseUrl url = DatabaseUrl.parse("jdbc:postgresql://localhost/app?user=ana&password=secret&sslmode=disable");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:5432/app");
        assertThat(url.properties()).containsAllEntriesOf(Map.of("user", "ana", "password", "secret"));
        assertThat(url).hasToString("localhost:5432/app");
    }

    @Test
    void keepsEveryHostWithItsPort() {
        DatabaseUrl url = DatabaseUrl.parse("jdbc:postgresql://h1:5433,h2:5434/app?user=ana");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://h1:5433,h2:5434/app");
    }

    @Test
    void translatesWhatLibpqCallsDifferently() {
        DatabaseUrl url = DatabaseUrl.parse("postgres://ana@h/app?application_name=nightly&connect_timeout=3");

        assertThat(url.properties())
                .containsAllEntriesOf(Map.of("ApplicationName", "nightly", "connectTimeout", "3", "user", "ana"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://ana:hunter2@",
                "postgresql://ana:hunter2@host",
                "postgresql://ana:hunter2@host/",
                "postgresql://ana:hunter2@host:port/app",
                "postgresql://ana:hun%zzhunter2@host/app",
                "postgresql://ana:hun/hunter2@host/app",
                "postgresql://ana:hunter2@host/app?sslmode",
                "mysql://ana:hunter2@host/app",
                "jdbc:mysql://host/app?password=hunter2",
                "host=localhost password=hunter2",
                "ana:hunter2@host:5432/app",
                "postgresql:/ana:hunter2@host/app",
                "postgresql//ana:hunter2@host/app"
            })
    void refusesAnythingElseWithoutRepeatingThePassword(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("DATABASE_URL '")
                .hasMessageContaining("is malformed: expected postgresql://user:password@host:port/database or jdbc:")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void saysWhenItIsMissing() {
        assertThatThrownBy(() -> DatabaseUrl.parse(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("DATABASE_URL is not set: expected ");
    }
}
