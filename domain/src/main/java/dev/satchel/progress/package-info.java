/**
 * Progress: what a learner has done and for how many days in a row.
 *
 * <p>A service reads it through {@link dev.satchel.progress.LearnerProgress}; {@link
 * dev.satchel.progress.ProgressUpkeep} maintains it. The database computes everything in triggers; the tests compute it
 * a second time and compare. The rules:
 *
 * <p><b>What counts.</b> A session counts when it has a finite end and a user. Its contribution is one
 * session, its descriptions, images, attempts at questions, correct answers and vocabulary learned, and the time from its start to its end. A missing or negative counter is 0. The time is 0 if
 * the start is missing, infinite or after the end.
 *
 * <p><b>Points.</b> The function {@code satchel.points()} states what a session is worth, and nothing else does. The
 * points are stored with the contribution, so that a change of the function applies from then on and rewrites nothing.
 *
 * <p><b>Totals</b> are sums of contributions. Accuracy is computed from the
 * sums: 100 × correct answers / attempts, two decimals, half up, at most 100, and 0 without attempts. Minutes are the
 * sum of all time in seconds / 60, rounded down once, so that sessions of less than a minute are not lost. The columns
 * of {@code user_progress} are integers; larger values become 2147483647 ({@link dev.satchel.progress.Progress}).
 *
 * <p><b>Deletion.</b> Deleting a session subtracts nothing, and inserting it again does not count it twice. A session
 * that is ended again, edited, reopened or moved to another user leaves exactly its latest contribution: nothing while
 * it is open, and nothing for its former user. Deleting the account deletes all of its progress.
 *
 * <p><b>Days.</b> The day of a contribution is the day of the session's end in the time zone that the user has at that
 * moment: the zone with the latest start that is not after the end, or UTC before the first one ({@link
 * dev.satchel.progress.UserZones}). The day is computed when the contribution is stored, and again only when the end
 * or the user changes. So neither a change of the zone nor restoring a deleted session changes a past day.
 *
 * <p><b>Streaks.</b> A streak is a run of consecutive calendar days with at least one contribution each. The current
 * streak ends today or yesterday in the user's zone. If its last day is earlier, the current streak is 0; this holds
 * from local midnight on, before the row is written. Days after today do not count for it; a session whose end is in
 * the future or a change of the zone can lead to such days. The longest streak counts all days, is updated after each
 * statement and never shrinks; an upsert counts as two statements, first its updates and then its inserts ({@link
 * dev.satchel.progress.Streak}). Days are compared as dates, because their zones can differ. Where a zone skipped a
 * date, as Pacific/Apia did with 30 December 2011, a streak ends.
 *
 * <p><b>Last activity</b> is the latest end of a session that ever counted for the user. It never moves back.
 *
 * <p><b>Words</b> are the current numbers by phase: mastered; learning, which includes review; and new ({@link
 * dev.satchel.progress.Words}). Unlike the totals, they shrink when words are deleted.
 */
@NullMarked
package dev.satchel.progress;

import org.jspecify.annotations.NullMarked;
