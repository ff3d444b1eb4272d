package dev.satchel.batchexport.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

/** The program reads a setting as a service reads its property. */
class RecordValuesTest {

    enum Moment {
        WHEN_NEEDED,
        ALWAYS
    }

    record Text(@Nullable String value) {}

    record Time(@Nullable Duration value) {}

    record Size(@Nullable DataSize value) {}

    record Number(@DefaultValue("4") int value) {}

    record Choice(@Nullable Moment value) {}

    record Defaults(
            @DefaultValue("20s") Duration stopGrace,
            @DefaultValue("3MB") DataSize above,
            @DefaultValue("true") boolean bom,
            @Nullable Boolean pathStyle,
            @DefaultValue("") String text,
            @DefaultValue("always") Moment moment) {}

    record Even(@DefaultValue("2") int number) {

        Even {
            if (number % 2 != 0) {
                throw new IllegalArgumentException("satchel.test.number must be even, was " + number);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7d",
                "60s",
                "24h",
                "500ms",
                "60",
                "PT20S",
                "pt20s",
                "P1DT2H",
                "-1s",
                "+5m",
                "7 d",
                " 7d",
                "7D",
                "1.5h",
                "7w",
                "99999999999999999999d",
                "9223372036854775807d",
                "soon",
                "500MB",
                "2GB",
                "10",
                "1kb",
                "1 KB",
                "-1B",
                "9223372036854775807TB",
                "0x10",
                "010",
                " 5 ",
                "1_000",
                "1e3",
                "2147483648",
                "WHEN_NEEDED",
                "when-needed",
                "whenNeeded",
                "when needed",
                " always ",
                "al.ways",
                "never",
                "-",
                "ñ"
            })
    void takesAndRefusesTheTextsThatSpringBootDoes(String text) {
        assertThat(read(text, Text.class)).isEqualTo(bySpringBoot(text, Text.class));
        assertThat(read(text, Time.class)).isEqualTo(bySpringBoot(text, Time.class));
        assertThat(read(text, Size.class)).isEqualTo(bySpringBoot(text, Size.class));
        assertThat(read(text, Number.class)).isEqualTo(bySpringBoot(text, Number.class));
        assertThat(read(text, Choice.class)).isEqualTo(bySpringBoot(text, Choice.class));
    }

    private static <T extends Record> Optional<T> read(String text, Class<T> type) {
        try {
            return Optional.of(new RecordValues(Map.of("satchel.test.value", text)).bound("satchel.test", type));
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("satchel.test.value is malformed: expected ");
            return Optional.empty();
        }
    }

    private static <T extends Record> Optional<T> bySpringBoot(String text, Class<T> type) {
        try {
            return Optional.of(new Binder(new MapConfigurationPropertySource(Map.of("satchel.test.value", text)))
                    .bindOrCreate("satchel.test", type));
        } catch (BindException refused) {
            return Optional.empty();
        }
    }

    @Test
    void takesTheDefaultOfWhatIsNotSet() {
        assertThat(new RecordValues(Map.of("satchel.test.stop-grace", "1m")).bound("satchel.test", Defaults.class))
                .isEqualTo(new Defaults(Duration.ofMinutes(1), DataSize.ofMegabytes(3), true, null, "", Moment.ALWAYS));
    }

    @Test
    void saysWhatTheRecordRefuses() {
        assertThatThrownBy(() -> new RecordValues(Map.of("satchel.test.number", "3")).bound("satchel.test", Even.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("satchel.test.number must be even, was 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "on", "1", " true", ""})
    void refusesASecondSpellingOfTrue(String text) {
        assertThatThrownBy(
                        () -> new RecordValues(Map.of("satchel.test.bom", text)).bound("satchel.test", Defaults.class))
                .hasMessage("satchel.test.bom is malformed: expected true or false");
    }
}
