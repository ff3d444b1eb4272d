package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.FactKind;
import dev.satchel.batchexport.schema.catalog.SchemaSteps;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.jspecify.annotations.Nullable;

/**
 * Files that ran without Flyway, as far as the tables, columns and constraints they make can tell.
 *
 * <p>Files run in order, so the last one whose things are there tells that all before it have run too.
 */
record PastedFiles(
        boolean needRecording, @Nullable MigrationVersion lastVersion, List<String> recorded, List<String> gaps) {

    /** Nothing, where a history tells what ran. */
    static final PastedFiles NONE = new PastedFiles(false, null, List.of(), List.of());

    private static final String SCHEMA_HOLDS_SOMETHING = """
            SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('satchel'))
                OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = to_regnamespace('satchel'))
            """;

    /**
     * @param live the subjects of what is there
     * @param foreign tables that have the name of one of Satchel's and belong to something else
     */
    static PastedFiles in(Connection connection, SchemaSteps steps, Set<String> live, Set<String> foreign)
            throws SQLException {
        MigrationVersion last = null;
        List<String> recorded = new ArrayList<>();
        List<String> unseen = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> gaps = new ArrayList<>();
        for (MigrationInfo file : SchemaFiles.pending(connection)) {
            MigrationVersion version = file.getVersion();
            if (version == null) {
                continue;
            }
            unseen.add(version + " " + file.getDescription());
            boolean seen = false;
            for (String trace : steps.traces(file.getScript())) {
                String table = SchemaSteps.tableOf(trace);
                if (live.contains(trace) && !foreign.contains(table)) {
                    seen = true;
                } else if (FactKind.of(trace) == FactKind.TABLE || live.contains("table " + table)) {
                    missing.add(trace + " of " + file.getScript() + " is missing");
                }
            }
            if (seen) {
                last = version;
                recorded.addAll(unseen);
                gaps.addAll(missing);
                unseen.clear();
                missing.clear();
            }
        }
        // Flyway would refuse a schema that holds something and has no history.
        boolean schemaHoldsSomething = SchemaTransaction.rows(connection, SCHEMA_HOLDS_SOMETHING)
                .get(0)
                .equals("t");
        return new PastedFiles(last != null || schemaHoldsSomething, last, recorded, gaps);
    }
}
