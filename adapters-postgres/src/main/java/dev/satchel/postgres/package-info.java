/**
 * The domain's ports, implemented with PostgreSQL.
 *
 * <p>{@link dev.satchel.postgres.SatchelPostgres} is the entry point; it may be given {@link
 * dev.satchel.postgres.dataset.PostgresDatasets}. Each sub-package has one public class, from which {@code
 * SatchelPostgres} takes the ports of that package; only the model of datasets is shared. Each transition of an export
 * is one statement. So it is atomic without a transaction of the caller, and it takes its locks in one order (the
 * export, its lease, its file), so that transitions cannot deadlock. All deadlines use the database's clock at the
 * start of the statement.
 */
@NullMarked
package dev.satchel.postgres;

import org.jspecify.annotations.NullMarked;
