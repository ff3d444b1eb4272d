package dev.satchel.schedule;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random schedules with few preemptions at random points, endlessly. The same seed gives the same schedules.
 *
 * <p>Actors have random priorities, the highest goes on, and at up to five random points the running one becomes the
 * lowest (Burckhardt and others, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
 */
public final class RandomSearch implements Search {

    private static final int MOST_CHANGES = 5;

    private final long seed;
    private final long first;
    private final Set<Long> seen = new HashSet<>();
    private long schedules;
    private SplittableRandom random = new SplittableRandom(0);
    private int[] priorities = {};
    private int[] changes = {};
    private int lowest;
    private int steps;
    private int longest = 1;
    private long fingerprint;

    public RandomSearch(long seed) {
        this.seed = seed;
        // Otherwise the schedules of a seed would be those of the next, one later.
        this.first = new SplittableRandom(seed).nextLong();
    }

    @Override
    public boolean next() {
        finish();
        random = new SplittableRandom(first + schedules);
        changes =
                random.ints((int) (schedules % (MOST_CHANGES + 1)), 0, longest).toArray();
        schedules++;
        priorities = new int[0];
        lowest = 0;
        steps = 0;
        fingerprint = 17;
        return true;
    }

    private void finish() {
        if (schedules > 0) {
            seen.add(fingerprint);
            longest = Math.max(longest, steps);
        }
    }

    @Override
    public int turn(int running, int[] ready) {
        if (priorities.length == 0) {
            priorities = random.ints(ready.length, 1, Integer.MAX_VALUE).toArray();
        }
        for (int change : changes) {
            if (change == steps && running >= 0) {
                lowest--;
                priorities[running] = lowest;
            }
        }
        steps++;
        int next = ready[0];
        for (int actor : ready) {
            next = priorities[actor] > priorities[next] ? actor : next;
        }
        remember(next);
        return next;
    }

    @Override
    public int choose(int outcomes) {
        int outcome = random.nextInt(outcomes);
        remember(outcome);
        return outcome;
    }

    // Two schedules are the same if every decision was.
    private void remember(int decision) {
        fingerprint = (fingerprint ^ (decision + 1)) * 0x9E3779B97F4A7C15L;
        fingerprint ^= fingerprint >>> 29;
    }

    @Override
    public long distinct() {
        finish();
        return seen.size();
    }

    @Override
    public String toString() {
        return "random schedules of seed " + seed;
    }
}
