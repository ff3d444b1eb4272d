package dev.satchel.batchexport.schema.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.PGStatement;

/**
 * What a live database says about every object of Satchel's, as text by subject.
 *
 * <p>The same schema gives the same facts on every supported server version, whichever role owns it and in whichever order
 * its objects were made.
 */
public final class SchemaFacts {

    /** How the subject of a migration file's fact begins. */
    public static final String MIGRATION = "migration ";

    private static final String FACTS = resource("SchemaFacts.sql");

    // A file that can be applied again has several rows, the last of which counts.
    private static final String APPLIED_FILES = """
            SELECT script, success
              FROM (SELECT DISTINCT ON (history.script) history.script, history.success
                      FROM satchel.flyway_schema_history AS history
                     WHERE history.type <> 'SCHEMA'
                     ORDER BY history.script, history.installed_rank DESC) AS latest
             ORDER BY script COLLATE "C"
            """;

    // Servers before 15 have no such grants, and no such catalog.
    private static final int GRANTS_ON_PARAMETERS_SINCE = 15;
    private static final String GRANTS_ON_PARAMETERS = """
            SELECT format('grant on parameter %s to %s', granted.parname, role.rolname) AS subject,
                   string_agg(item.privilege_type, ', ' ORDER BY item.privilege_type) AS fact
              FROM pg_parameter_acl AS granted
             CROSS JOIN LATERAL aclexplode(granted.paracl) AS item
              JOIN pg_roles AS role ON role.oid = item.grantee
             WHERE role.rolname IN ('satchel_runtime', 'satchel_exports', 'satchel_vault', 'satchel_rotation')
             GROUP BY granted.parname, role.rolname
             ORDER BY 1
            """;

    private final Map<String, String> bySubject;

    private SchemaFacts(Map<String, String> bySubject) {
        this.bySubject = Collections.unmodifiableMap(bySubject);
    }

    /** Reads all facts in the transaction that is open on the connection. */
    public static SchemaFacts read(Connection connection) throws SQLException {
        Map<String, String> facts = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement()) {
            // A definition is printed with every name qualified that the search_path does not lead to.
            SchemaTransaction.begin(connection);
            statement.execute("SET LOCAL quote_all_identifiers = off");
            try (PreparedStatement query = prepared(connection);
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    add(facts, rows.getString("subject"), rows.getString("fact"));
                }
            }
            if (connection.getMetaData().getDatabaseMajorVersion() >= GRANTS_ON_PARAMETERS_SINCE) {
                try (ResultSet rows = statement.executeQuery(GRANTS_ON_PARAMETERS)) {
                    while (rows.next()) {
                        add(facts, rows.getString("subject"), rows.getString("fact"));
                    }
                }
            }
            if (historyIsReadable(statement)) {
                try (ResultSet rows = statement.executeQuery(APPLIED_FILES)) {
                    while (rows.next()) {
                        add(
                                facts,
                                MIGRATION + rows.getString("script"),
                                rows.getBoolean("success") ? "applied" : "failed");
                    }
                }
            }
        }
        return new SchemaFacts(facts);
    }

    // A migration reads them several times, and to plan the query takes a third of the time.
    private static PreparedStatement prepared(Connection connection) throws SQLException {
        PreparedStatement query = connection.prepareStatement(FACTS);
        query.unwrap(PGStatement.class).setPrepareThreshold(1);
        return query;
    }

    static boolean historyIsReadable(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("""
                SELECT coalesce(bool_and(has_table_privilege(history.oid, 'SELECT')
                                         AND has_schema_privilege(history.relnamespace, 'USAGE')), false)
                  FROM pg_class AS history
                 WHERE history.relname = 'flyway_schema_history'
                   AND history.relnamespace = to_regnamespace('satchel')
                """)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static void add(Map<String, String> facts, String subject, String fact) {
        if (facts.put(subject, fact) != null) {
            throw new IllegalStateException("two facts about " + subject);
        }
    }

    public Map<String, String> bySubject() {
        return bySubject;
    }

    static String resource(String name) {
        try (InputStream file = SchemaFacts.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("the program lacks its file " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
