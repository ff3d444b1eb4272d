/** The values of what a request may ask for beside the data; {@link dev.satchel.record.ExportFilters} holds them. */
@NullMarked
package dev.satchel.record.filter;

import org.jspecify.annotations.NullMarked;
