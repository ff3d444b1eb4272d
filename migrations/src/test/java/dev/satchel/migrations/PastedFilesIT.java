package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files do the same without Flyway, each pasted into an SQL editor as one batch. */
class PastedFilesIT {

    // Everything of Satchel's that a catalog can tell, as text.
    private static final String EVERYTHING = """
            SELECT 'column', attrelid::regclass::text, attnum::text, attname || ' '
                       || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' '
                       || coalesce(col_description(attrelid, attnum), '') || coalesce(attacl::text, '')
              FROM pg_attribute
              JOIN pg_class ON pg_class.oid = attrelid
             WHERE attnum > 0
               AND relnamespace IN ('public'::regnamespace, 'satchel'::regnamespace)
             UNION ALL
            SELECT 'relation', oid::regclass::text, relkind::text, concat(relowner::regrole, relacl::text, reloptions::text,
                       obj_description(oid, 'pg_class'), relrowsecurity)
              FROM pg_class
             WHERE relnamespace IN ('public'::regnamespace, 'satchel'::regnamespace)
             UNION ALL
            SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
              FROM pg_constraint
             WHERE connamespace IN ('public'::regnamespace, 'satchel'::regnamespace)
             UNION ALL
            SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
              FROM pg_index
              JOIN pg_class ON pg_class.oid = indexrelid
             WHERE relnamespace IN ('public'::regnamespace, 'satchel'::regnamespace)
             UNION ALL
            SELECT 'policy', tablename, policyname, concat(cmd, roles::text, qual, with_check)
              FROM pg_policies
             WHERE schemaname = 'public'
             UNION ALL
            SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
              FROM pg_trigger
             WHERE NOT tgisinternal
             UNION ALL
            SELECT 'function', oid::regprocedure::text, proacl::text, concat(pg_get_functiondef(oid),
                       obj_description(oid, 'pg_proc'))
              FROM pg_proc
             WHERE pronamespace IN ('auth'::regnamespace, 'satchel'::regnamespace)
             UNION ALL
            SELECT 'schema', nspname, nspacl::text, obj_description(oid, 'pg_namespace')
              FROM pg_namespace
             WHERE nspname IN ('auth', 'public', 'satchel')
             ORDER BY 1, 2, 3, 4
            """;

    // The path first, so that nothing of others is met; the timeout only where nobody has set one.
    private static final String[] HEADER = {
        "SET LOCAL search_path = pg_catalog, pg_temp;",
        "DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;"
    };

    @Test
    void makeWhatFlywayMakes() throws SQLException {
        try (var migrated = SampleDatabase.create();
                var flyways = Session.open(migrated.ownerDataSource());
                var empty = SampleDatabase.createEmpty();
                var pasted = Session.open(empty.ownerDataSource())) {
            for (var file : files()) {
                Cluster.execute(empty.ownerDataSource(), Cluster.resource(file));
                if (file.contains("/V000")) {
                    Cluster.execute(empty.ownerDataSource(), Cluster.resource("/db/sample/base-tables.sql"));
                }
            }

            assertThat(everything(pasted)).hasSizeGreaterThan(400).isEqualTo(everything(flyways));
        }
    }

    @Test
    void repeatablesAndThePlatformMayRunAgain() throws SQLException {
        try (var database = SampleDatabase.create();
                var owner = Session.open(database.ownerDataSource())) {
            var before = everything(owner);

            for (var file : files()) {
                if (file.contains("/R__") || file.contains("/V000")) {
                    Cluster.execute(database.ownerDataSource(), Cluster.resource(file));
                }
            }

            assertThat(everything(owner)).isEqualTo(before);
        }
    }

    @Test
    void aFailureLeavesNothingOfItsFileBehind() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated();
                var owner = Session.open(database.ownerDataSource())) {
            var batch = Cluster.resource("/dev/satchel/db/migration/V001__private_schema.sql") + ";\nSELECT 1 / 0;";

            assertThatThrownBy(() -> Cluster.execute(database.ownerDataSource(), batch))
                    .hasMessageContaining("division by zero");

            assertThat(owner.value("SELECT to_regnamespace('satchel')")).isEqualTo("NULL");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void holdNothingThatAnEditorCannotRun(String file) {
        var sql = Cluster.resource(file);

        assertThat(sql.lines().filter(line -> !line.startsWith("--"))).startsWith(HEADER);
        assertThat(sql).doesNotContain("${").doesNotContain("\t");
        assertThat(sql).doesNotContainPattern("(?im)^\\s*(BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\\s*;");
        assertThat(sql).doesNotContainPattern("(?m)^\\\\");
    }

    // In the order of Flyway, with the platform first and the repeatables last.
    static List<String> files() {
        try (var database = SampleDatabase.createEmpty()) {
            return Stream.of(Cluster.flyway(database.ownerDataSource()).info().pending())
                    .map(MigrationInfo::getScript)
                    .map(script ->
                            (script.startsWith("V000") ? "/dev/satchel/db/platform/" : "/dev/satchel/db/migration/")
                                    + script)
                    .toList();
        }
    }

    static List<String> everything(Session session) throws SQLException {
        return session.rows(EVERYTHING).stream()
                .filter(row -> !row.contains("flyway_schema_history"))
                .toList();
    }
}
