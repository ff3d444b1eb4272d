package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.jspecify.annotations.Nullable;

/**
 * Files that ran without Flyway, as far as the tables and constraints they make can tell.
 *
 * <p>Files run in order, so the last one whose things are there tells that all before it have run too.
 */
record PastedFiles(
        boolean needRecording, @Nullable MigrationVersion lastVersion, List<String> recorded, List<String> gaps) {

    private static final Pattern TABLE = Pattern.compile("(?m)^CREATE TABLE ([\\w.]+)");
    private static final Pattern CONSTRAINT = Pattern.compile("(?m)^[^'-]*\\bADD CONSTRAINT (\\w+)");

    private static final String SCHEMA_HOLDS_SOMETHING = """
            SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('satchel'))
                OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = to_regnamespace('satchel'))
            """;

    private static final String TABLE_EXISTS = "SELECT to_regclass(?) IS NOT NULL";
    private static final String CONSTRAINT_EXISTS = """
            SELECT EXISTS (SELECT
                             FROM pg_constraint
                            WHERE conname = ?
                              AND connamespace IN (to_regnamespace('public'), to_regnamespace('satchel')))
            """;

    /** None, where a history tells what ran. */
    static PastedFiles none() {
        return new PastedFiles(false, null, List.of(), List.of());
    }

    /** @param foreign tables that have the name of one of Satchel's and are none */
    static PastedFiles in(Connection connection, Set<String> foreign) throws SQLException {
        MigrationVersion last = null;
        List<String> recorded = new ArrayList<>();
        List<String> unseen = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> gaps = new ArrayList<>();
        for (MigrationInfo file : Migration.flyway(connection).load().info().pending()) {
            MigrationVersion version = file.getVersion();
            if (version == null) {
                continue;
            }
            unseen.add(version + " " + file.getDescription());
            boolean seen = false;
            for (Trace trace : tracesOf(file.getScript())) {
                if (!foreign.contains(trace.name()) && trace.isIn(connection)) {
                    seen = true;
                } else {
                    missing.add(trace.name() + " of " + file.getScript() + " is missing");
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

    private static List<Trace> tracesOf(String script) {
        String sql = read(script);
        return Stream.concat(
                        TABLE.matcher(sql).results().map(table -> new Trace(table.group(1), TABLE_EXISTS)),
                        CONSTRAINT.matcher(sql).results().map(added -> new Trace(added.group(1), CONSTRAINT_EXISTS)))
                .toList();
    }

    /** Whether some file adds the constraint to a table that an earlier file made. */
    static boolean addLater(Connection connection, String constraint) {
        return Stream.of(Migration.flyway(connection).load().info().all())
                .filter(file -> file.getVersion() != null)
                .flatMap(file -> CONSTRAINT.matcher(read(file.getScript())).results())
                .anyMatch(added -> added.group(1).equals(constraint));
    }

    static String read(String script) {
        for (String folder : List.of("/dev/satchel/db/migration/", "/dev/satchel/db/platform/")) {
            try (InputStream file = PastedFiles.class.getResourceAsStream(folder + script)) {
                if (file != null) {
                    return new String(file.readAllBytes(), StandardCharsets.UTF_8);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        throw new IllegalStateException("no migration " + script);
    }

    private record Trace(String name, String question) {

        boolean isIn(Connection connection) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(question)) {
                statement.setString(1, name);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getBoolean(1);
                }
            }
        }
    }
}
