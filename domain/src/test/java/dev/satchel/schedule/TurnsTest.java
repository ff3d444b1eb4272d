package dev.satchel.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TurnsTest {

    private final Turns turns = new Turns();
    private final List<String> steps = new ArrayList<>();

    @AfterEach
    void end() {
        turns.close();
    }

    @Test
    void playsEachInterleavingOnce() {
        Set<List<String>> played = new HashSet<>();
        Search search = new ExhaustiveSearch(Integer.MAX_VALUE);
        while (search.next()) {
            steps.clear();
            turns.play(List.of(twoPoints("a"), twoPoints("b")), search);
            played.add(List.copyOf(steps));
        }

        // Two actors of three steps each: six over three.
        assertThat(played).hasSize(20);
        assertThat(search.distinct()).isEqualTo(20);
    }

    private Runnable twoPoints(String name) {
        return () -> {
            steps.add(name + 1);
            turns.point("");
            steps.add(name + 2);
            turns.point("");
            steps.add(name + 3);
        };
    }

    @Test
    void playsNoMorePreemptionsThanAllowed() {
        Search search = new ExhaustiveSearch(1);
        int played = 0;
        while (search.next()) {
            turns.play(List.of(twoPoints("a"), twoPoints("b")), search);
            played++;
        }

        // Each of the two first, and then no preemption, or one at one of the two points.
        assertThat(played).isEqualTo(2 * (1 + 2));
    }

    @Test
    void playsTheSameSchedulesForTheSameSeed() {
        assertThat(schedules(new RandomSearch(5))).isEqualTo(schedules(new RandomSearch(5)));
        assertThat(schedules(new RandomSearch(5))).isNotEqualTo(schedules(new RandomSearch(6)));
    }

    @Test
    void makesOtherDecisionsForTheNextSeed() {
        assertThat(decisions(new RandomSearch(6))).doesNotContainAnyElementsOf(decisions(new RandomSearch(5)));
    }

    private static List<Integer> decisions(Search search) {
        List<Integer> decisions = new ArrayList<>();
        for (int schedule = 0; schedule < 20; schedule++) {
            search.next();
            for (int choice = 0; choice < 10; choice++) {
                decisions.add(search.choose(1 << 30));
            }
        }
        return decisions;
    }

    private List<String> schedules(Search search) {
        steps.clear();
        for (int schedule = 0; schedule < 20; schedule++) {
            search.next();
            turns.play(List.of(twoPoints("a"), twoPoints("b"), twoPoints("c")), search);
        }
        return List.copyOf(steps);
    }

    @Test
    void countsDifferentSchedulesOnce() {
        Search search = new RandomSearch(1);
        for (int schedule = 0; schedule < 5_000; schedule++) {
            search.next();
            turns.play(List.of(twoPoints("a"), twoPoints("b")), search);
        }

        assertThat(search.distinct()).isEqualTo(20);
    }

    @Test
    void findsALostUpdate() {
        Set<Integer> sums = new HashSet<>();
        Search search = new ExhaustiveSearch(1);
        while (search.next()) {
            int[] sum = {0};
            Runnable increment = () -> {
                int seen = sum[0];
                turns.point("");
                sum[0] = seen + 1;
            };
            turns.play(List.of(increment, increment), search);
            sums.add(sum[0]);
        }

        assertThat(sums).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void triesEachOutcome() {
        Set<Integer> outcomes = new HashSet<>();
        Search search = new ExhaustiveSearch(0);
        while (search.next()) {
            turns.play(List.of(() -> outcomes.add(turns.choose(3))), search);
        }

        assertThat(outcomes).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void refusesAScenarioThatIsNotDeterministic() {
        int[] played = {0};
        Runnable changing = () -> turns.choose(2 + played[0]++);
        Search search = new ExhaustiveSearch(0);
        search.next();
        turns.play(List.of(changing), search);
        search.next();

        assertThatIllegalStateException()
                .isThrownBy(() -> turns.play(List.of(changing), search))
                .withMessageContaining("not deterministic");
    }

    @Test
    void reportsAnActorThatFails() {
        Search search = new RandomSearch(1);
        search.next();

        assertThatIllegalStateException()
                .isThrownBy(() -> turns.play(
                        List.of(() -> {
                            throw new IllegalArgumentException("a defect");
                        }),
                        search))
                .withMessageContaining("a defect");
    }
}
