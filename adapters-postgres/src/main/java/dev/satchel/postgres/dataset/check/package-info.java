/**
 * Datasets beside the live database: what keeps them from being exported whole, and drafts for tables that no dataset
 * knows.
 */
@NullMarked
package dev.satchel.postgres.dataset.check;

import org.jspecify.annotations.NullMarked;
