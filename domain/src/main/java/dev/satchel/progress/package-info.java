/** Learners' progress. */
@NullMarked
package dev.satchel.progress;

import org.jspecify.annotations.NullMarked;
