package dev.satchel.batchexport.schema.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.Platform;
import dev.satchel.batchexport.schema.PostgresServer;
import dev.satchel.batchexport.schema.migrate.Migration;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What PostgreSQL prints of our objects, it reads as the same: the text is all that a dump takes along, and the contract
 * compares it.
 */
class DefinitionsIT {

    private static final String OURS = """
            WITH ours AS (
                SELECT pg_class.oid, format('%I.%I', nspname, relname) AS name
                  FROM pg_class
                  JOIN pg_namespace ON pg_namespace.oid = relnamespace
                 WHERE (nspname = 'satchel' OR relname IN ('user_api_keys', 'user_progress', 'export_history'))
                   AND relkind = 'r'
            )
            """;

    private static final String AGAIN = OURS + """
            SELECT format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', name, conname, conname,
                          pg_get_constraintdef(pg_constraint.oid))
              FROM ours
              JOIN pg_constraint ON conrelid = ours.oid
             WHERE contype = 'c'
             UNION ALL
            SELECT format('DROP INDEX %s; %s', indexrelid::regclass, pg_get_indexdef(indexrelid))
              FROM ours
              JOIN pg_index ON indrelid = ours.oid
             WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
             UNION ALL
            SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', name, attname, pg_get_expr(adbin, adrelid))
              FROM ours
              JOIN pg_attrdef ON adrelid = ours.oid
              JOIN pg_attribute ON attrelid = ours.oid AND attnum = adnum
             WHERE attgenerated = ''
             UNION ALL
            SELECT format('ALTER POLICY %I ON %s %s %s', polname, name, 'USING (' || pg_get_expr(polqual, polrelid) || ')',
                          'WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')
              FROM ours
              JOIN pg_policy ON polrelid = ours.oid
             UNION ALL
            SELECT format('DROP TRIGGER %I ON %s; %s', tgname, tgrelid::regclass, pg_get_triggerdef(pg_trigger.oid))
              FROM pg_trigger
              JOIN pg_proc ON pg_proc.oid = tgfoid
             WHERE pronamespace = 'satchel'::regnamespace
               AND NOT tgisinternal
             UNION ALL
            SELECT format('CREATE OR REPLACE VIEW public.user_api_keys_status%s AS %s',
                          CASE WHEN current_setting('server_version_num')::integer >= 150000
                               THEN ' WITH (security_invoker = true)' ELSE '' END,
                          pg_get_viewdef('public.user_api_keys_status'::regclass))
            """;

    // Of a generated column no expression can be set, but another column can be made of it.
    private static final String GENERATED = OURS + """
            SELECT format('ALTER TABLE %s ADD COLUMN again %s GENERATED ALWAYS AS (%s) STORED', name,
                          format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid)) AS again,
                   pg_get_expr(adbin, adrelid) AS printed,
                   attrelid
              FROM ours
              JOIN pg_attrdef ON adrelid = ours.oid
              JOIN pg_attribute ON attrelid = ours.oid AND attnum = adnum
             WHERE attgenerated <> ''
            """;

    private static final String PRINTED_AGAIN = """
            SELECT pg_get_expr(adbin, adrelid)
              FROM pg_attrdef
              JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
             WHERE attname = 'again'
               AND NOT attisdropped
               AND attrelid =
            """;

    static Stream<PostgresServer.Version> versions() {
        return PostgresServer.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void areReadAsTheyArePrinted(PostgresServer.Version version) throws SQLException, IOException {
        try (var server = version.start()) {
            var owner = Platform.PLAIN.prepare(server);
            new Migration(owner).migrate();
            try (var connection = owner.getConnection()) {
                SchemaTransaction.begin(connection);
                var before = SchemaFacts.read(connection).bySubject();

                var again = SchemaTransaction.rows(connection, AGAIN);
                for (var statement : again) {
                    SchemaTransaction.execute(connection, statement);
                }

                assertThat(again).hasSizeGreaterThan(80);
                assertThat(SchemaFacts.read(connection).bySubject()).isEqualTo(before);
                assertGeneratedColumnsAreReadAsTheyArePrinted(connection);
            }
        }
    }

    private static void assertGeneratedColumnsAreReadAsTheyArePrinted(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(GENERATED)) {
            while (row.next()) {
                SchemaTransaction.execute(connection, row.getString("again"));
                assertThat(SchemaTransaction.rows(connection, PRINTED_AGAIN + row.getString("attrelid")))
                        .containsExactly(row.getString("printed"));
                SchemaTransaction.execute(
                        connection,
                        "ALTER TABLE "
                                + SchemaTransaction.rows(
                                                connection, "SELECT " + row.getString("attrelid") + "::regclass")
                                        .get(0)
                                + " DROP COLUMN again");
            }
        }
    }
}
