package dev.satchel.schedule;

import java.util.Arrays;

/**
 * Every schedule with at most so many preemptions: depth first, each schedule once.
 *
 * <p>A preemption takes the turn from an actor that could go on. Few are enough for nearly all known concurrency errors
 * (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007).
 */
public final class ExhaustiveSearch implements Search {

    private final int mostPreemptions;
    private int[] taken = new int[64];
    private int[] outOf = new int[64];
    private int length;
    private int depth;
    private int preemptions;
    private long schedules;

    public ExhaustiveSearch(int mostPreemptions) {
        this.mostPreemptions = mostPreemptions;
    }

    @Override
    public boolean next() {
        if (schedules > 0 && !advance()) {
            return false;
        }
        schedules++;
        depth = 0;
        preemptions = 0;
        return true;
    }

    private boolean advance() {
        if (depth != length) {
            throw new IllegalStateException("the scenario is not deterministic: it ended after " + depth
                    + " decisions, and after " + length + " before");
        }
        while (length > 0) {
            taken[length - 1]++;
            if (taken[length - 1] < outOf[length - 1]) {
                return true;
            }
            length--;
        }
        return false;
    }

    @Override
    public int turn(int running, int[] ready) {
        if (running < 0) {
            return ready[choose(ready.length)];
        }
        if (preemptions == mostPreemptions) {
            return running;
        }
        int choice = choose(ready.length);
        if (choice == 0) {
            return running;
        }
        preemptions++;
        // The running actor is the first choice, and the others follow in order.
        int other = ready[choice - 1];
        return other < running ? other : ready[choice];
    }

    @Override
    public int choose(int outcomes) {
        if (outcomes == 1) {
            return 0;
        }
        if (depth == length) {
            append(outcomes);
        } else if (outOf[depth] != outcomes) {
            throw new IllegalStateException("the scenario is not deterministic: decision " + depth + " is between "
                    + outcomes + ", and was between " + outOf[depth] + " before");
        }
        return taken[depth++];
    }

    private void append(int outcomes) {
        if (length == taken.length) {
            taken = Arrays.copyOf(taken, 2 * length);
            outOf = Arrays.copyOf(outOf, 2 * length);
        }
        taken[length] = 0;
        outOf[length] = outcomes;
        length++;
    }

    @Override
    public long distinct() {
        return schedules;
    }

    @Override
    public String toString() {
        return "every schedule with at most " + mostPreemptions + " preemptions";
    }
}
