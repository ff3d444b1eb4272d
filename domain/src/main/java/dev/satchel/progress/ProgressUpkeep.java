package dev.satchel.progress;

import java.util.function.Consumer;

/**
 * Maintenance of progress: ends streaks when days pass without a session, and compares stored sums with their sources.
 *
 * <p>The methods run while sessions end and accounts are deleted. They work in small transactions, so that after an
 * interruption every user is either done or untouched, and the next call continues. Safe for use by many threads.
 */
public interface ProgressUpkeep {

    /**
     * Updates the current streak of each user whose streak ended because a day passed without a session.
     *
     * @return the number of users whose streak was updated
     */
    long endBrokenStreaks();

    /**
     * Deletes what is left of users whose account was deleted. There is nothing to delete as long as no trigger was
     * switched off.
     *
     * @return the number of contributions that were left
     */
    long forgetDeparted();

    /**
     * Compares each user's contributions with the sessions that still exist, the sums with the contributions, and the
     * totals with the sums. Each comparison holds the lock that the triggers take when a session ends.
     *
     * @param repair whether to replace wrong values by the computed ones; the longest streak never shrinks
     * @param drifts receives each difference, one at a time, all of a user one after the other
     */
    Reconciliation reconcile(boolean repair, Consumer<Drift> drifts);

    /**
     * The result of a reconciliation.
     *
     * @param users the number of users that were compared
     * @param drifts the number of differences
     * @param busy the number of users that were skipped, because another transaction kept them locked
     */
    record Reconciliation(long users, long drifts, long busy) {}
}
