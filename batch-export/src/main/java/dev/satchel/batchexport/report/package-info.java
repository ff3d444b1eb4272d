/**
 * The page of {@code satchel report}: how exports went in the last days, what waits, what failed and what to do about it.
 *
 * <p>{@code Report} reads everything from one snapshot of the database, which counts and
 * sorts, so that a million exports need no more memory here than one. {@link dev.satchel.batchexport.report.ReportPage}
 * writes it. Neither holds a user's id, the name of a file or a sentence about one export.
 */
@NullMarked
package dev.satchel.batchexport.report;

import org.jspecify.annotations.NullMarked;
