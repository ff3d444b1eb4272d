/**
 * The hash of a dataset's records: the same whatever their order, and the same whether PostgreSQL or Java computes it.
 * {@link dev.satchel.record.hash.RecordHasher} computes it from the values that a sink receives. docs/datasets.md describes it for
 * other programs.
 */
@NullMarked
package dev.satchel.record.hash;

import org.jspecify.annotations.NullMarked;
