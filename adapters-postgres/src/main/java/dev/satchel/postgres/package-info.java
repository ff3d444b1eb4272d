/**
 * The domain's ports, served by PostgreSQL.
 *
 * <p>{@link dev.satchel.postgres.SatchelPostgres} is the one way in; {@link dev.satchel.postgres.dataset.PostgresDatasets}
 * is what it may be given. Each package below it has one public class, from which {@code SatchelPostgres} takes that
 * package's ports; only the model of datasets is shared. Each step of an export is one statement, which is atomic without
 * a transaction of the caller's, and takes its locks in one order (the export, its lease, its file), so that no two steps
 * wait for each other. All deadlines come from the database's clock, read when the statement starts.
 */
@NullMarked
package dev.satchel.postgres;

import org.jspecify.annotations.NullMarked;
