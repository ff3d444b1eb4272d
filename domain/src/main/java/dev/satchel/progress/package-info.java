/**
 * Progress: what a learner has done and for how many days in a row, exact by construction.
 *
 * <p>A service reads it through {@link dev.satchel.progress.LearnerProgress}; {@link dev.satchel.progress.ProgressUpkeep}
 * looks after it. The database computes all of it, in triggers; tests compute it once more and compare. The rules:
 *
 * <p><b>What counts.</b> A session counts when it has ended and has a user; an end at infinity is none. What it gives is
 * its contribution: one session, its descriptions, images, attempts at questions, correct
 * answers and vocabulary learned, where a counter that is missing or negative is 0, and the time from its start to its
 * end. The time is 0 where the start is missing, infinite or after the end.
 *
 * <p><b>Points</b> are what the function {@code satchel.points()} gives for a session when its contribution is written,
 * and the only place where that rule stands. A change of it applies from then on and rewrites nothing.
 *
 * <p><b>Totals</b> are sums of contributions. Accuracy is computed from the sums:
 * 100 × correct answers / attempts, two decimals, half up, at most 100, and 0 without attempts. Minutes are the sum of all
 * time in seconds / 60, rounded down once, so that sessions of half a minute are not lost. The columns of
 * {@code user_progress} are integers and stop at 2147483647 ({@link dev.satchel.progress.Progress}).
 *
 * <p><b>For life.</b> Deleting a session takes nothing back, and inserting it again counts it once. A session that is
 * ended again, edited, corrected, reopened or moved to another user leaves exactly its latest contribution: nothing while
 * it is open, and nothing with its former user. Everything goes with the account.
 *
 * <p><b>Days.</b> The day of a contribution is the day of the session's end in the zone then in force for the user: the
 * zone with the latest start that is not after the end, UTC before the first ({@link dev.satchel.progress.UserZones}).
 * The day is fixed when the contribution is recorded and computed again only when the end or the user changes, so that a
 * change of zone rewrites no day gone by, nor does restoring a deleted session.
 *
 * <p><b>Streaks.</b> A streak is a run of consecutive calendar days with at least one contribution each. The current one
 * ends today or yesterday in the user's zone; when its last day is further back it is 0, from local midnight on and
 * without anything being written. Days after today, which a session with an end to come or a change of zone can make, do
 * not count in it. The longest one counts all days as they were after any statement, where an upsert is two, first what
 * it updates and then what it inserts; it never shrinks ({@link dev.satchel.progress.Streak}). Days are
 * compared as dates, because their zones can differ: where a zone left out a date, as Pacific/Apia did with 30 December
 * 2011, a streak ends.
 *
 * <p><b>Last activity</b> is the latest end that ever counted for the user. It never goes back.
 *
 * <p><b>Words</b> are counted as they are now, by their phase: mastered words are mastered, words in learning or review
 * are learning, new words are new ({@link dev.satchel.progress.Words}). They alone shrink when words are deleted.
 */
@NullMarked
package dev.satchel.progress;

import org.jspecify.annotations.NullMarked;
