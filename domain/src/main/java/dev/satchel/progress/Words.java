package dev.satchel.progress;

import dev.satchel.record.filter.Phase;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * The number of a user's words in each state, as of now.
 *
 * @param learning words in the phases learning and review
 * @param fresh words that are new to the user
 */
public record Words(int mastered, int learning, int fresh) {

    public static final Words NONE = new Words(0, 0, 0);

    /** Counts one user's words by phase. */
    public static Words of(Collection<Phase> phases) {
        Map<Phase, Integer> counts = new EnumMap<>(Phase.class);
        phases.forEach(phase -> counts.merge(phase, 1, Integer::sum));
        return new Words(
                counts.getOrDefault(Phase.MASTERED, 0),
                counts.getOrDefault(Phase.LEARNING, 0) + counts.getOrDefault(Phase.REVIEW, 0),
                counts.getOrDefault(Phase.NEW, 0));
    }
}
