/**
 * Compares datasets with the live database, and drafts datasets for tables that no dataset covers.
 */
@NullMarked
package dev.satchel.postgres.dataset.check;

import org.jspecify.annotations.NullMarked;
