/**
 * Datasets, which are described in YAML files: {@link dev.satchel.postgres.dataset.PostgresDatasets} reads them, and
 * {@link dev.satchel.postgres.dataset.DatasetQuery} builds the statement that reads one user's records.
 */
@NullMarked
package dev.satchel.postgres.dataset;

import org.jspecify.annotations.NullMarked;
