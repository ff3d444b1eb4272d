package dev.satchel.batchexport.schema.migrate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import org.flywaydb.core.api.MigrationInfo;

/**
 * Files that were edited once, before the first release, to set a search path of their own: a database that ran them as
 * they were upgrades all the same.
 *
 * <p>They make what they made before; the functions and {@code auth.uid()} come anew with later files. Only these
 * checksums are brought up to date, and every other difference stays an error. To be dropped with the next squash of the
 * migrations.
 */
final class EditedFiles {

    private static final Map<String, Integer> CHECKSUMS_BEFORE = Map.ofEntries(
            Map.entry("V000__platform.sql", 448739449),
            Map.entry("V001__private_schema.sql", 1346424054),
            Map.entry("V001_1__earlier_tables.sql", -314841376),
            Map.entry("V002__user_api_keys.sql", 336529368),
            Map.entry("V003__user_progress.sql", 1641365770),
            Map.entry("V004__export_history.sql", -639150621),
            Map.entry("V004_1__adopted_exports.sql", -2127750441),
            Map.entry("V005__export_lease.sql", 917175297),
            Map.entry("V006__export_file.sql", 1019707714),
            Map.entry("V007__batch_job_repository.sql", 91476979),
            Map.entry("V008__session_credit.sql", 51519542),
            Map.entry("V009__key_vault.sql", -1807448799));

    private static final String REALIGN = """
            UPDATE satchel.flyway_schema_history
               SET checksum = ?
             WHERE script = ?
               AND checksum = ?
            """;

    private EditedFiles() {}

    /** Gives the files in the history the checksums that they have now. */
    static void realign(Connection connection) throws SQLException {
        for (MigrationInfo file : Migration.flyway(connection).load().info().applied()) {
            Integer before = CHECKSUMS_BEFORE.get(file.getScript());
            if (before != null && before.equals(file.getAppliedChecksum())) {
                try (PreparedStatement statement = connection.prepareStatement(REALIGN)) {
                    statement.setObject(1, file.getResolvedChecksum());
                    statement.setString(2, file.getScript());
                    statement.setInt(3, before);
                    statement.executeUpdate();
                }
            }
        }
    }
}
