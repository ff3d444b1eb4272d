package dev.satchel.migrations;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Everything that the catalog says about a database but for the schemas {@code satchel} and {@code satchel_archive},
 * as sorted lines: two databases with equal fingerprints differ in rows at most.
 */
public final class CatalogFingerprint {

    // Object ids differ between equal databases; names, and definitions as the server prints them, do not.
    private static final String FACTS = """
            WITH schema AS (
                SELECT oid
                  FROM pg_namespace
                 WHERE nspname NOT IN ('satchel', 'satchel_archive', 'information_schema')
                   AND nspname !~ '^pg_'
            ), relation AS (
                SELECT pg_class.*
                  FROM pg_class
                  JOIN schema ON schema.oid = relnamespace
            )
            SELECT 'schema', nspname::text, nspowner::regrole::text, nspacl::text, obj_description(pg_namespace.oid, 'pg_namespace'), ''
              FROM pg_namespace
              JOIN schema USING (oid)
             UNION ALL
            SELECT 'relation', oid::regclass::text, relowner::regrole::text, relacl::text, obj_description(oid, 'pg_class'),
                   concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, relreplident, relispartition,
                             reloptions, reltablespace, relam, relchecks, relhastriggers, relhasrules)
              FROM relation
             UNION ALL
            SELECT 'column', oid::regclass || '.' || attname, NULL, attacl::text, col_description(oid, attnum),
                   concat_ws(' ', attnum, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstattarget,
                             attstorage, attcompression, attcollation::regcollation, attoptions,
                             (SELECT pg_get_expr(adbin, adrelid)
                                FROM pg_attrdef
                               WHERE adrelid = oid
                                 AND adnum = attnum))
              FROM relation
              JOIN pg_attribute ON attrelid = oid
             WHERE attnum > 0
             UNION ALL
            SELECT 'constraint', conrelid::regclass || '.' || conname, NULL, NULL,
                   obj_description(pg_constraint.oid, 'pg_constraint'),
                   concat_ws(' ', pg_get_constraintdef(pg_constraint.oid), convalidated, conislocal, coninhcount)
              FROM pg_constraint
              JOIN relation ON relation.oid = conrelid
             UNION ALL
            SELECT 'index', indexrelid::regclass::text, NULL, NULL, NULL,
                   concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready, indisclustered, indisreplident)
              FROM pg_index
              JOIN relation ON relation.oid = indrelid
             UNION ALL
            SELECT 'trigger', tgrelid::regclass || '.' || tgname, NULL, NULL, obj_description(pg_trigger.oid, 'pg_trigger'),
                   concat_ws(' ', pg_get_triggerdef(pg_trigger.oid), tgenabled)
              FROM pg_trigger
              JOIN relation ON relation.oid = tgrelid
             WHERE NOT tgisinternal
             UNION ALL
            SELECT 'foreign key trigger', tgrelid::regclass::text, NULL, NULL, NULL,
                   concat_ws(' ', tgfoid::regproc, tgtype, tgenabled, tgconstrrelid::regclass)
              FROM pg_trigger
              JOIN relation ON relation.oid = tgrelid
             WHERE tgisinternal
             UNION ALL
            SELECT 'rule', ev_class::regclass || '.' || rulename, NULL, NULL, NULL, pg_get_ruledef(pg_rewrite.oid)
              FROM pg_rewrite
              JOIN relation ON relation.oid = ev_class
             UNION ALL
            SELECT 'policy', polrelid::regclass || '.' || polname, NULL, NULL, obj_description(pg_policy.oid, 'pg_policy'),
                   concat_ws(' ', polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),
                             pg_get_expr(polwithcheck, polrelid))
              FROM pg_policy
              JOIN relation ON relation.oid = polrelid
             UNION ALL
            SELECT 'sequence', seqrelid::regclass::text, NULL, NULL, NULL,
                   concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)
              FROM pg_sequence
              JOIN relation ON relation.oid = seqrelid
             UNION ALL
            SELECT 'function', pg_proc.oid::regprocedure::text, proowner::regrole::text, proacl::text,
                   obj_description(pg_proc.oid, 'pg_proc'), pg_get_functiondef(pg_proc.oid)
              FROM pg_proc
              JOIN schema ON schema.oid = pronamespace
             WHERE prokind IN ('f', 'p')
             UNION ALL
            SELECT 'type', pg_type.oid::regtype::text, typowner::regrole::text, typacl::text, obj_description(pg_type.oid, 'pg_type'),
                   concat_ws(' ', typtype, typnotnull, typdefault,
                             (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder)
                                FROM pg_enum
                               WHERE enumtypid = pg_type.oid))
              FROM pg_type
              JOIN schema ON schema.oid = typnamespace
             UNION ALL
            SELECT 'default privileges', defaclnamespace::regnamespace::text, defaclrole::regrole::text, defaclacl::text, NULL,
                   defaclobjtype::text
              FROM pg_default_acl
             UNION ALL
            SELECT 'role', rolname, NULL, NULL, shobj_description(oid, 'pg_authid'),
                   concat_ws(' ', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
                             rolconnlimit, rolconfig)
              FROM pg_roles
             UNION ALL
            SELECT 'membership', roleid::regrole || ' of ' || member::regrole, grantor::regrole::text, NULL, NULL,
                   to_jsonb(pg_auth_members) - 'oid' - 'roleid' - 'member' - 'grantor' || '{}' #>> '{}'
              FROM pg_auth_members
             UNION ALL
            SELECT 'extension', extname, extowner::regrole::text, NULL, NULL, concat_ws(' ', extversion, extnamespace::regnamespace)
              FROM pg_extension
             UNION ALL
            SELECT 'publication', pubname, pubowner::regrole::text, NULL, NULL,
                   (SELECT string_agg(concat_ws('.', schemaname, tablename), ',' ORDER BY tablename)
                      FROM pg_publication_tables
                     WHERE pg_publication_tables.pubname = pg_publication.pubname)
              FROM pg_publication
             UNION ALL
            SELECT 'event trigger', evtname, evtowner::regrole::text, NULL, NULL,
                   concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags)
              FROM pg_event_trigger
             UNION ALL
            SELECT 'database', '', datdba::regrole::text, datacl::text, shobj_description(oid, 'pg_database'), datconnlimit::text
              FROM pg_database
             WHERE datname = current_database()
             UNION ALL
            SELECT 'setting', coalesce(rolname, ''), NULL, NULL, NULL, setconfig::text
              FROM pg_db_role_setting
              JOIN pg_database ON pg_database.oid = setdatabase
              LEFT JOIN pg_roles ON pg_roles.oid = setrole
             WHERE datname = current_database()
             ORDER BY 1, 2, 3, 4, 5, 6
            """;

    // Since a minor release of 2025 a dump carries a random word.
    private static final Pattern NOISE = Pattern.compile("(?m)^(\\\\(un)?restrict .*|-- Dumped .*)$");

    private CatalogFingerprint() {}

    /** Reads the fingerprint of a database. */
    public static List<String> of(DataSource database) throws SQLException {
        try (var session = Session.open(database)) {
            session.run("SET search_path = ''");
            return session.rows(FACTS);
        }
    }

    /** What pg_dump says of it, where one is installed that knows the server. */
    public static Optional<String> dump(SampleDatabase database) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        for (var directory :
                System.getenv().getOrDefault("PATH", "").split(Pattern.quote(java.io.File.pathSeparator))) {
            if (Files.isExecutable(Path.of(directory, "pg_dump"))) {
                command.add(Path.of(directory, "pg_dump").toString());
                break;
            }
        }
        if (command.isEmpty()) {
            return Optional.empty();
        }
        command.addAll(List.of("--schema-only", "--exclude-schema=satchel*", "--dbname=" + database.ownerUrl()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            // A pg_dump that is older than the server refuses it; any other refusal is a failure.
            if (output.contains("server version mismatch")) {
                return Optional.empty();
            }
            throw new IOException(output);
        }
        return Optional.of(NOISE.matcher(output).replaceAll(""));
    }
}
