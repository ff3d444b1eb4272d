/**
 * What Satchel keeps for the learners of an application: their exports, their progress, and their keys for other
 * services.
 *
 * <p>Each feature has a package of its own ({@link dev.satchel.export}, {@link dev.satchel.progress}, {@link
 * dev.satchel.keys}); this one holds only what they share. The domain depends on the JDK alone, is told the time and does
 * no I/O: everything outside is reached through the ports that each feature declares.
 */
@NullMarked
package dev.satchel;

import org.jspecify.annotations.NullMarked;
