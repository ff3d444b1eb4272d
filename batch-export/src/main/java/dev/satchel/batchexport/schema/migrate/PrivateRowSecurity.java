package dev.satchel.batchexport.schema.migrate;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.check.Check;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Row security on the tables of schema satchel, which have no policies: grants are their wall, and enabled it would hide
 * every row from Satchel's own logins.
 *
 * <p>Some platforms and projects enable it on each new table by an event trigger, whatever the schema.
 */
public final class PrivateRowSecurity {

    // What an adoption keeps has the row security that it had.
    private static final String ENABLED = """
            SELECT format('%I.%I', namespace.nspname, class.relname)
              FROM pg_class AS class
              JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
             WHERE namespace.nspname = 'satchel'
               AND class.relname !~ '^adopted_'
               AND class.relkind IN ('r', 'p')
               AND (class.relrowsecurity OR class.relforcerowsecurity)
             ORDER BY 1
            """;

    // What else a function does cannot be told from outside; these say so.
    private static final String TRIGGERS = """
            SELECT format('%I', installed.evtname)
              FROM pg_event_trigger AS installed
              JOIN pg_proc AS called ON called.oid = installed.evtfoid
             WHERE installed.evtevent = 'ddl_command_end'
               AND installed.evtenabled <> 'D'
               AND called.prosrc ILIKE '%row level security%'
             ORDER BY 1
            """;

    private PrivateRowSecurity() {}

    /** Names the event triggers that enable row security, as far as their functions say so. */
    static List<Check> check(Connection connection) throws SQLException {
        return SchemaTransaction.rows(connection, TRIGGERS).stream()
                .map(trigger -> Check.notice(
                        "triggers",
                        "event trigger " + trigger
                                + " enables row security on new tables: on those of schema satchel, which grants alone"
                                + " protect, it will be disabled again"))
                .toList();
    }

    /**
     * Disables row security where something else has enabled it.
     *
     * @throws EnforcedRowSecurityException if it is enabled again at once
     */
    static void takeBack(Connection connection) throws SQLException {
        for (String table : SchemaTransaction.rows(connection, ENABLED)) {
            SchemaTransaction.execute(
                    connection, "ALTER TABLE " + table + " DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY");
        }
        List<String> enforced = SchemaTransaction.rows(connection, ENABLED);
        if (!enforced.isEmpty()) {
            throw new EnforcedRowSecurityException(enforced.get(0), SchemaTransaction.rows(connection, TRIGGERS));
        }
    }

    /** An event trigger enables row security on Satchel's private tables whenever it is disabled; nothing was changed. */
    public static final class EnforcedRowSecurityException extends SatchelException {

        private static final long serialVersionUID = 1L;

        EnforcedRowSecurityException(String table, List<String> triggers) {
            super(
                    "an event trigger" + (triggers.isEmpty() ? "" : " (" + String.join(", ", triggers) + ")")
                            + " enables row security on " + table
                            + " whenever it is disabled, and would hide every row of it from"
                            + " Satchel's logins: let its function leave out schema satchel, then migrate; nothing was changed");
        }
    }
}
