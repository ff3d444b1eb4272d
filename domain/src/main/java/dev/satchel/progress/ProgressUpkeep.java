package dev.satchel.progress;

import java.util.function.Consumer;

/**
 * What keeps progress right as time passes: days that go by without a session, and a second look at every sum.
 *
 * <p>Works beside sessions that keep ending and accounts that are deleted, in small steps that each commit; whatever
 * stops it, nothing is half done and the next call goes on. Safe for use by many threads.
 */
public interface ProgressUpkeep {

    /**
     * Writes the current streak of every user anew for whom a day has passed that changed it without a session.
     *
     * @return for how many users
     */
    long endBrokenStreaks();

    /**
     * Deletes what is left of users who are gone: nothing, as long as every trigger fired.
     *
     * @return how many contributions of sessions were left
     */
    long forgetDeparted();

    /**
     * Compares each user's contributions with the sessions that still exist, the sums with the contributions, and the totals with
     * the sums, under the locks that sessions queue on when they end.
     *
     * @param repair whether to compute anew what is not as it should be; the longest streak never shrinks
     * @param drifts is told of each difference, one at a time
     */
    Reconciliation reconcile(boolean repair, Consumer<Drift> drifts);

    /**
     * How far a reconciliation came.
     *
     * @param users that were looked at
     * @param drifts that were found
     * @param busy users who stayed locked by somebody else, and were not looked at
     */
    record Reconciliation(long users, long drifts, long busy) {}
}
