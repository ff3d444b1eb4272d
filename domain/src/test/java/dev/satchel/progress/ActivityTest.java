package dev.satchel.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivityTest {

    private static final LocalDate TODAY = LocalDate.parse("2024-03-01");

    private static Activity activeOn(LocalDate day) {
        return new Activity(TODAY, new TreeMap<>(Map.of(day, 3L)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2023-03-03", "2024-02-29", "2024-03-01"})
    void coversTheLastDays(LocalDate day) {
        assertThat(activeOn(day).on(day)).isEqualTo(3);
        assertThat(activeOn(day).on(day.plusDays(1))).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2023-03-02", "2024-03-02"})
    void refusesADayOutside(LocalDate day) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> activeOn(day))
                .withMessage(day + " is not one of the 365 days from 2023-03-03 to 2024-03-01");
    }

    @Test
    void staysAsItIs() {
        TreeMap<LocalDate, Long> sessions = new TreeMap<>(Map.of(TODAY, 1L));
        Activity activity = new Activity(TODAY, sessions);

        sessions.clear();

        assertThat(activity.on(TODAY)).isEqualTo(1);
        assertThatThrownBy(() -> activity.sessions().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
