package dev.satchel.batchexport.database;

import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Whether a database has the tables and functions that this version of Satchel needs. */
public final class MigratedSchema {

    // Objects that the migrations of this version create. Without this check, a command could fail half-way.
    private static final String MIGRATED = """
            SELECT pg_catalog.to_regclass('satchel.upload_journal') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.batch_job_instance') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.session_contribution') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.store_probe') IS NOT NULL
               AND pg_catalog.to_regprocedure('satchel.record_opening(uuid, text, text)') IS NOT NULL
               AND pg_catalog.to_regclass('public.export_history') IS NOT NULL
            """;

    private MigratedSchema() {}

    /**
     * Makes sure that the database was migrated by this version.
     *
     * @param database names the database in the message of an exception
     * @throws NotMigratedException if Satchel's tables are missing
     * @throws dev.satchel.batchexport.schema.catalog.OtherSchemaException if they are of another version
     */
    public static void require(Connection connection, String database) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MIGRATED);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (!row.getBoolean(1)) {
                throw new NotMigratedException(database);
            }
            SchemaVersion.requireSame(connection);
        }
    }
}
