package dev.satchel.schedule;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plays a scenario schedule after schedule, each in a new world, until the search ends or a schedule violates an invariant. */
final class Explorer {

    private Explorer() {}

    /** @throws Violation in the first schedule that violates an invariant */
    static Result explore(Scenario scenario, @Nullable Defect defect, Search search, long most) throws IOException {
        long begun = System.nanoTime();
        long played = 0;
        boolean ended = false;
        try (Turns turns = new Turns()) {
            while (played < most && !ended) {
                ended = !search.next();
                if (!ended) {
                    played++;
                    play(scenario, defect, search, turns, played);
                }
            }
        }
        return new Result(
                scenario, search, played, search.distinct(), ended, Duration.ofNanos(System.nanoTime() - begun));
    }

    private static void play(Scenario scenario, @Nullable Defect defect, Search search, Turns turns, long number)
            throws IOException {
        DeliveryWorld world = scenario.cast(new DeliveryWorld(turns, defect));
        world.begin();
        turns.play(world.actors(), search);
        Optional<String> violation = world.violation();
        if (violation.isEmpty()) {
            world.conclude();
            violation = world.violation();
        }
        if (violation.isPresent()) {
            throw new Violation(scenario + ", schedule " + number + " of " + search + ": " + violation.get() + "\n  "
                    + String.join("\n  ", turns.trace()));
        }
    }

    /**
     * A search without a violation.
     *
     * @param complete whether the search has nothing left to try
     */
    record Result(Scenario scenario, Search search, long played, long distinct, boolean complete, Duration duration) {

        @Override
        public String toString() {
            return "%s: %,d schedules, %,d of them different, in %d s; %s%s"
                    .formatted(
                            scenario, played, distinct, duration.toSeconds(), search, complete ? ", all of them" : "");
        }
    }

    /** An invariant does not hold in a schedule, which the message shows call by call. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(String message) {
            super(message);
        }
    }
}
