/**
 * Pages of HTML that need nothing but themselves: no network, charts as inline SVG, readable without scripts.
 *
 * <p>{@link dev.satchel.batchexport.page.Html} escapes every text. {@link dev.satchel.batchexport.page.Page} is the frame with
 * the styles; charts and tables are values that write themselves into it. A chart is for the eye, so that each stands beside
 * a table with the same numbers.
 */
@NullMarked
package dev.satchel.batchexport.page;

import org.jspecify.annotations.NullMarked;
