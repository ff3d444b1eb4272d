package dev.satchel.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Claim, heartbeat, expiry, reclaim, fence, publication and clean-up under schedules that a search chooses.
 *
 * <p>{@code -Dsatchel.schedules.seed} plays others.
 */
class DeliverySchedulesTest {

    private static final long SEED = Long.getLong("satchel.schedules.seed", 1);

    /** Enough to find each planted defect in some scenario. */
    private static final long SAMPLE = 400;

    /** Of each scenario, so that all together are a million different ones. */
    private static final long MANY = Long.getLong("satchel.schedules", 200_000);

    @ParameterizedTest
    @EnumSource
    void holdsInASampleOfSchedules(Scenario scenario) throws IOException {
        Explorer.Result result = Explorer.explore(scenario, null, new RandomSearch(SEED), SAMPLE);

        assertThat(result.distinct()).isGreaterThan(SAMPLE / 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"LEASE_ENDS", "TWO_CLEAN_UPS", "NEW_STORE"})
    void holdsInEveryScheduleWithAPreemption(Scenario scenario) throws IOException {
        Explorer.Result result = Explorer.explore(scenario, null, new ExhaustiveSearch(1), SAMPLE * SAMPLE);

        assertThat(result.complete()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void findsADefectInTheSameSample(Defect defect) {
        Explorer.Violation violation = catchThrowableOfType(Explorer.Violation.class, () -> {
            for (Scenario scenario : Scenario.values()) {
                Explorer.explore(scenario, defect, new RandomSearch(SEED), SAMPLE);
            }
        });

        assertThat(violation).hasMessageContaining(defect.consequence());
    }

    @ParameterizedTest
    @MethodSource("dev.satchel.schedule.Scenario#values")
    @Tag("chaos")
    void holdsInManyRandomSchedules(Scenario scenario) throws IOException {
        Explorer.Result result = Explorer.explore(scenario, null, new RandomSearch(SEED), MANY);

        System.out.println(result);
        assertThat(result.played()).isEqualTo(MANY);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"THREE_WORKERS", "ANSWERS_LOST"})
    @Tag("chaos")
    void holdsInEveryScheduleWithTwoPreemptions(Scenario scenario) throws IOException {
        Explorer.Result result = Explorer.explore(scenario, null, new ExhaustiveSearch(2), Long.MAX_VALUE);

        System.out.println(result);
        assertThat(result.complete()).isTrue();
    }
}
