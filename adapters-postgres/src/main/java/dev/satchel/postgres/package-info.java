/**
 * The domain's ports, served by PostgreSQL.
 *
 * <p>{@link dev.satchel.postgres.SatchelPostgres} is the one way in; {@link dev.satchel.postgres.FileKeyEncryptionKeys} and
 * {@link dev.satchel.postgres.PostgresDatasets} are what it may be given; every other type here is package-private. Each
 * step of an export is one statement, which is atomic without a transaction of the caller's, and takes its locks in one
 * order (the export, its lease, its file), so that no two steps wait for each other. All deadlines come from the
 * database's clock, read when the statement starts.
 *
 * <p>What an export holds is read from YAML files: {@code DatasetFile} reads one, {@code DatasetQuery} makes the statement.
 *
 * <p>Keys are sealed here too, because a sealed key is a row: {@code DataKey} says how, {@code KeyPlace} what a sealed key
 * is bound to.
 */
@NullMarked
package dev.satchel.postgres;

import org.jspecify.annotations.NullMarked;
