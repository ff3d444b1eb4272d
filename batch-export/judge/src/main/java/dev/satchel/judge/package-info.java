/**
 * Judges the history of exports of any system, without knowing how the system works.
 *
 * <p>Witnesses note {@linkplain dev.satchel.judge.Event events} from outside: {@link dev.satchel.judge.DatabaseWitness} by a
 * trigger on the table that users look at, {@link dev.satchel.judge.ObjectWitness} by listing the store. {@link
 * dev.satchel.judge.Judge} turns them into {@linkplain dev.satchel.judge.Finding findings}.
 */
@NullMarked
package dev.satchel.judge;

import org.jspecify.annotations.NullMarked;
