/**
 * The domain of Satchel: exports of users' data, the progress of learners, and users' keys for other services.
 *
 * <p>Each feature has a package of its own ({@link dev.satchel.export}, {@link dev.satchel.progress}, {@link
 * dev.satchel.keys}); this package holds only what they share. The domain depends on the JDK alone, gets the time as a
 * parameter and does no I/O of its own: it reaches databases, stores and providers through the ports (interfaces) that
 * each feature declares.
 */
@NullMarked
package dev.satchel;

import org.jspecify.annotations.NullMarked;
