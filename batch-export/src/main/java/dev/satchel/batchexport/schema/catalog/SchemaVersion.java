package dev.satchel.batchexport.schema.catalog;

import java.lang.module.ModuleDescriptor.Version;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which version of the schema this program was made for, and which one a database has.
 *
 * <p>A program works on its own version only: it cannot know what a later one means, nor do without what an earlier one
 * lacks. Where no history of the migrations is kept, because the files were pasted, nothing is known and nothing is
 * refused.
 */
public final class SchemaVersion {

    private static final String APPLIED = """
            SELECT version
              FROM satchel.flyway_schema_history
             WHERE success
               AND version IS NOT NULL
            """;

    private static final String IS_HIDDEN = """
            SELECT count(*) = 1 AND NOT bool_or(has_table_privilege(history.oid, 'SELECT'))
              FROM pg_class AS history
              JOIN pg_namespace AS namespace ON namespace.oid = history.relnamespace
             WHERE (namespace.nspname, history.relname) = ('satchel', 'flyway_schema_history')
            """;

    // Tables by the names they had, also where the files were pasted, and files of that time.
    private static final String HAS_REPLACED_TABLES = """
            SELECT count(*) > 0
              FROM pg_class AS relation
              JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace
             WHERE namespace.nspname = 'satchel'
               AND relation.relname IN ('export_file', 'session_credit')
            """;
    private static final String HAS_REPLACED_FILES = """
            SELECT count(*) > 0
              FROM satchel.flyway_schema_history
             WHERE script IN ('V001_1__earlier_tables.sql', 'V003__user_progress.sql', 'V006__export_file.sql',
                              'V008__session_credit.sql')
            """;

    private SchemaVersion() {}

    /** The version that the newest of this program's migrations makes. */
    public static Version ofProgram() {
        return newest(SchemaContract.load().migrations());
    }

    /**
     * Refuses a database of another version.
     *
     * @throws OtherSchemaException if it has another one, or one that the login may not read, saying which program or
     *     command is needed
     */
    public static void requireSame(Connection connection) throws SQLException {
        refuseReplaced(connection);
        if (isHidden(connection)) {
            throw OtherSchemaException.unreadable(ofProgram());
        }
        Optional<Version> found = ofDatabase(connection);
        if (found.isPresent() && found.get().compareTo(ofProgram()) < 0) {
            throw OtherSchemaException.older(found.get(), ofProgram());
        }
        refuseNewer(found);
    }

    /**
     * Refuses a database that a later program has migrated.
     *
     * @throws OtherSchemaException if one has, saying which program is needed
     */
    public static void refuseNewer(Connection connection) throws SQLException {
        refuseReplaced(connection);
        refuseNewer(ofDatabase(connection));
    }

    /**
     * Refuses a database that was migrated before the first release, by files that others have replaced since.
     *
     * @throws OtherSchemaException if it was, saying how to begin again
     */
    public static void refuseReplaced(Connection connection) throws SQLException {
        if (isTrue(connection, HAS_REPLACED_TABLES)
                || (historyIsReadable(connection) && isTrue(connection, HAS_REPLACED_FILES))) {
            throw OtherSchemaException.replaced();
        }
    }

    private static boolean isTrue(Connection connection, String question) throws SQLException {
        return SchemaTransaction.rows(connection, question).equals(List.of("t"));
    }

    private static boolean historyIsReadable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return SchemaFacts.historyIsReadable(statement);
        }
    }

    /** Whether there is a history of the migrations that the login may not read. */
    public static boolean isHidden(Connection connection) throws SQLException {
        return isTrue(connection, IS_HIDDEN);
    }

    private static void refuseNewer(Optional<Version> found) throws OtherSchemaException {
        if (found.isPresent() && found.get().compareTo(ofProgram()) > 0) {
            throw OtherSchemaException.newer(found.get(), ofProgram());
        }
    }

    private static Optional<Version> ofDatabase(Connection connection) throws SQLException {
        if (!historyIsReadable(connection)) {
            return Optional.empty();
        }
        List<String> applied = SchemaTransaction.rows(connection, APPLIED);
        return applied.isEmpty() ? Optional.empty() : Optional.of(newest(applied));
    }

    private static Version newest(List<String> versions) {
        return versions.stream()
                .map(Version::parse)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
