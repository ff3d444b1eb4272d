package dev.satchel.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Claim, heartbeat, expiry, reclaim, fence, publication and clean-up under schedules that a search chooses.
 *
 * <p>{@code -Dsatchel.schedules.seed} plays others, and {@code -Dsatchel.schedules} more of them under {@code -Pchaos}.
 */
class DeliverySchedulesTest {

    private static final long SEED = Long.getLong("satchel.schedules.seed", 1);

    /** Enough to find each planted defect in some scenario. */
    private static final long SAMPLE = 1_000;

    /** Of each scenario that is too large to play every schedule. */
    private static final long MANY = Long.getLong("satchel.schedules", 150_000);

    /** The scenarios of which every schedule with two preemptions can be played. */
    private static final Set<Scenario> SMALL =
            EnumSet.of(Scenario.LEASE_ENDS, Scenario.WORKER_KILLED, Scenario.WORKER_STOPPED, Scenario.NEW_STORE);

    @ParameterizedTest
    @EnumSource
    void holdsInASampleOfSchedules(Scenario scenario) throws IOException {
        Explorer.Result result = Explorer.explore(scenario, null, new RandomSearch(SEED), SAMPLE);

        assertThat(result.distinct()).isGreaterThan(SAMPLE / 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"LEASE_ENDS", "NEW_STORE"})
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

        assertThat(violation).isNotNull();
        assertThat(defect.consequences()).anyMatch(violation.getMessage()::contains);
    }

    /** The run that {@link #findsADefectInTheSameSample} takes a sample of. */
    @Test
    @Tag("chaos")
    void holdsInAMillionDifferentSchedules() throws IOException {
        long different = 0;
        for (Scenario scenario : Scenario.values()) {
            boolean small = SMALL.contains(scenario);
            Search search = small ? new ExhaustiveSearch(2) : new RandomSearch(SEED);
            Explorer.Result result = Explorer.explore(scenario, null, search, small ? Long.MAX_VALUE : MANY);
            System.out.println(result);
            assertThat(result.complete()).isEqualTo(small);
            different += result.distinct();
        }

        System.out.printf("%,d different schedules without a violation%n", different);
        assertThat(different).isGreaterThanOrEqualTo(1_000_000);
    }
}
