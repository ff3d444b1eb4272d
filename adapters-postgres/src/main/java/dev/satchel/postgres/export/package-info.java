/**
 * The history of exports, their files and their stores, in PostgreSQL.
 *
 * <p>{@code PostgresExportHistory} serves the port and delegates: {@code ExportRequests} asks for exports, {@code
 * ExportLeases} claims the next one, extends its lease and reclaims expired ones, {@code ExportOutcomes} completes, retries
 * or fails it, and {@code ExportBacklog} says what waits. {@code PostgresExportCatalog} reads exports for people. {@code
 * PostgresUploadJournal} records objects before they are written, {@code PostgresKnownStores} and {@code
 * PostgresProbeRecords} record stores and the objects that tried them.
 */
@NullMarked
package dev.satchel.postgres.export;

import org.jspecify.annotations.NullMarked;
