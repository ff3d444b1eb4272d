-- Everything the catalog says about Satchel's objects: one row per fact, as text that is the same on every server
-- version. Reads pg_catalog only, and runs with nothing else on the search_path, so that every other name is qualified.
WITH satchel AS (
    SELECT namespace.oid, namespace.nspowner AS owner, namespace.nspacl AS acl
      FROM pg_namespace AS namespace
     WHERE namespace.nspname = 'satchel'
), relation AS (
    SELECT class.oid, class.relname, class.relkind, class.relowner, class.relacl, class.relpersistence,
           class.relrowsecurity, class.relforcerowsecurity, class.relispartition, class.reloptions,
           format('%I.%I', namespace.nspname, class.relname) AS name,
           CASE class.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                              WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
           -- Flyway may change the columns of its history with its version.
           class.relname = 'flyway_schema_history' AS is_history
      FROM pg_class AS class
      JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
     WHERE class.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
       AND (namespace.nspname = 'satchel'
                -- What an adoption keeps has the shape that somebody else gave it; see kept below.
                AND class.relname !~ '^adopted_'
            OR namespace.nspname = 'public'
                AND class.relname IN ('user_api_keys', 'user_progress', 'export_history', 'user_api_keys_status'))
), kept AS (
    SELECT 'table' AS kind, class.oid, class.relnamespace AS namespace,
           format('%I.%I', namespace.nspname, class.relname) AS name, false AS is_definer
      FROM pg_class AS class
      JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
     WHERE class.relkind IN ('r', 'p', 'f', 'v', 'm')
       AND (namespace.nspname = 'satchel' AND class.relname ~ '^adopted_' OR namespace.nspname = 'satchel_archive')
     UNION ALL
    SELECT 'function', function.oid, function.pronamespace,
           format('satchel.%I(%s)', function.proname, pg_get_function_identity_arguments(function.oid)),
           function.prosecdef
      FROM pg_proc AS function
      JOIN satchel ON satchel.oid = function.pronamespace
     WHERE function.proname ~ '^adopted_'
), function AS (
    SELECT function.*,
           format('satchel.%I(%s)', function.proname,
                             pg_get_function_identity_arguments(function.oid)) AS name
      FROM pg_proc AS function
      JOIN satchel ON satchel.oid = function.pronamespace
     WHERE function.proname !~ '^adopted_'
), acl AS (
    -- An absent list means the default one, PUBLIC's EXECUTE included.
    SELECT 'schema' AS kind, 'satchel' AS name,
           coalesce(satchel.acl, acldefault('n', satchel.owner)) AS list
      FROM satchel
     UNION ALL
    SELECT relation.kind, relation.name,
           coalesce(relation.relacl,
                    acldefault(CASE relation.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
                                          relation.relowner))
      FROM relation
     UNION ALL
    SELECT 'column', format('%s.%I', relation.name, attribute.attname), attribute.attacl
      FROM relation
      JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
     WHERE attribute.attacl IS NOT NULL
       AND NOT attribute.attisdropped
     UNION ALL
    SELECT 'function', function.name,
           coalesce(function.proacl, acldefault('f', function.proowner))
      FROM function
), api_role AS (
    SELECT role.oid, role.rolname
      FROM pg_roles AS role
     WHERE role.rolname IN ('anon', 'authenticated', 'service_role')
), our_role AS (
    SELECT role.oid, role.rolname
      FROM pg_roles AS role
     WHERE role.rolname IN ('satchel_runtime', 'satchel_exports', 'satchel_vault', 'satchel_rotation')
), elsewhere AS (
    -- What is granted to Satchel's own roles on what is not Satchel's, which is nothing.
    SELECT 'schema' AS kind, namespace.nspname::text AS name, namespace.nspacl AS list
      FROM pg_namespace AS namespace
     WHERE namespace.nspname <> 'satchel'
     UNION ALL
    SELECT 'database', 'itself', database.datacl
      FROM pg_database AS database
     WHERE database.datname = current_database()
     UNION ALL
    SELECT 'relation', class.oid::regclass::text, class.relacl
      FROM pg_class AS class
     WHERE class.relacl IS NOT NULL
       AND class.oid NOT IN (SELECT relation.oid FROM relation)
     UNION ALL
    SELECT 'column', format('%s.%I', attribute.attrelid::regclass, attribute.attname), attribute.attacl
      FROM pg_attribute AS attribute
     WHERE attribute.attacl IS NOT NULL
       AND attribute.attrelid NOT IN (SELECT relation.oid FROM relation)
     UNION ALL
    SELECT 'function', other.oid::regprocedure::text, other.proacl
      FROM pg_proc AS other
     -- Of thousands of functions, a few dozen have rights of their own, and each name takes a look-up.
     WHERE other.proacl IS NOT NULL
       AND other.oid NOT IN (SELECT function.oid FROM function)
     UNION ALL
    SELECT 'future objects of', pg_get_userbyid(preset.defaclrole)::text, preset.defaclacl
      FROM pg_default_acl AS preset
), uid AS (
    -- Not by to_regprocedure, which is an error to a login without rights on the schema.
    SELECT function.oid
      FROM pg_proc AS function
      JOIN pg_namespace AS namespace ON namespace.oid = function.pronamespace
     WHERE namespace.nspname = 'auth'
       AND function.proname = 'uid'
       AND function.pronargs = 0
), fact (area, object, rank, position, subject, fact) AS (

    SELECT 1, 'satchel', 1, 0, 'schema satchel', 'present'
      FROM satchel
     UNION ALL
    -- Reading the catalog by name works without any right on the schema.
    SELECT 1, 'satchel', 2, 0, format('rights of %s on schema satchel', role.rolname),
           coalesce(nullif(concat_ws(', ',
               CASE WHEN has_schema_privilege(role.oid, satchel.oid, 'CREATE') THEN 'CREATE' END,
               CASE WHEN has_schema_privilege(role.oid, satchel.oid, 'USAGE') THEN 'USAGE' END), ''), 'none')
      FROM satchel
     CROSS JOIN api_role AS role
     UNION ALL

    SELECT 3, relation.name, 1, 0, format('%s %s', relation.kind, relation.name),
           concat_ws(', ',
               CASE relation.relkind WHEN 'r' THEN 'ordinary' WHEN 'p' THEN 'partitioned' ELSE 'present' END,
               CASE relation.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END,
               CASE WHEN relation.relispartition THEN 'a partition' END,
               CASE WHEN EXISTS (SELECT
                                   FROM pg_inherits AS child
                                  WHERE child.inhrelid = relation.oid) THEN 'inherits' END,
               CASE WHEN EXISTS (SELECT
                                   FROM pg_inherits AS parent
                                  WHERE parent.inhparent = relation.oid) THEN 'has children' END)
      FROM relation
     UNION ALL
    SELECT 3, relation.name, 2, 0, format('owner of %s %s', relation.kind, relation.name),
           CASE relation.relowner WHEN satchel.owner THEN 'the owner of schema satchel'
                                  ELSE pg_get_userbyid(relation.relowner) END
      FROM relation
      LEFT JOIN satchel ON true
     UNION ALL
    SELECT 3, relation.name, 3, attribute.attnum,
           format('column %s.%I', relation.name, attribute.attname),
           concat_ws(', ',
               -- Dropped columns leave gaps in the numbers.
               format('position %s', (SELECT count(*)
                                                   FROM pg_attribute AS earlier
                                                  WHERE earlier.attrelid = attribute.attrelid
                                                    AND earlier.attnum BETWEEN 1 AND attribute.attnum
                                                    AND NOT earlier.attisdropped)),
               format_type(attribute.atttypid, attribute.atttypmod),
               CASE WHEN NOT attribute.attnotnull THEN 'nullable'
                    -- Servers from 18 on can leave existing rows unchecked.
                    WHEN EXISTS (SELECT
                                   FROM pg_constraint AS not_null
                                  WHERE not_null.conrelid = attribute.attrelid
                                    AND not_null.contype = 'n'
                                    AND not_null.conkey = ARRAY [attribute.attnum]
                                    AND NOT not_null.convalidated) THEN 'not null but NOT VALID'
                    ELSE 'not null' END,
               CASE attribute.attidentity WHEN 'a' THEN 'generated always as identity'
                                          WHEN 'd' THEN 'generated by default as identity' END,
               CASE attribute.attgenerated WHEN 's' THEN 'generated, stored' WHEN 'v' THEN 'generated, virtual' END,
               CASE WHEN attribute.attcollation <> type.typcollation
                    THEN format('collation %s', attribute.attcollation::regcollation) END)
      FROM relation
      JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
      JOIN pg_type AS type ON type.oid = attribute.atttypid
     WHERE attribute.attnum > 0
       AND NOT attribute.attisdropped
       AND relation.relkind <> 'S'
       AND NOT relation.is_history
     UNION ALL
    SELECT 3, relation.name, 4, attribute.attnum,
           format('default of %s.%I', relation.name, attribute.attname),
           pg_get_expr(def.adbin, def.adrelid)
      FROM relation
      JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
      JOIN pg_attrdef AS def ON def.adrelid = relation.oid AND def.adnum = attribute.attnum
     WHERE NOT attribute.attisdropped
       AND NOT relation.is_history
     UNION ALL
    SELECT 3, relation.name, 5, 0, format('constraint %I on %s', constr.conname, relation.name),
           pg_get_constraintdef(constr.oid)
               || CASE WHEN constr.contype = 'f'
                            AND EXISTS (SELECT
                                          FROM pg_trigger AS enforcing
                                         WHERE enforcing.tgconstraint = constr.oid
                                           AND enforcing.tgenabled <> 'O')
                       THEN ', its triggers disabled' ELSE '' END
      FROM relation
      JOIN pg_constraint AS constr ON constr.conrelid = relation.oid
     -- NOT NULL is told with the column, on every version; constraint triggers are told with the triggers.
     WHERE constr.contype NOT IN ('n', 't')
       AND NOT relation.is_history
     UNION ALL
    SELECT 3, relation.name, 6, 0, format('index %s', index.indexrelid::regclass),
           pg_get_indexdef(index.indexrelid)
      FROM relation
      JOIN pg_index AS index ON index.indrelid = relation.oid
     WHERE NOT relation.is_history
     UNION ALL
    SELECT 3, relation.name, 6, 1, format('use of index %s', index.indexrelid::regclass),
           CASE WHEN index.indisvalid AND index.indisready AND index.indislive THEN 'valid and ready'
                WHEN index.indisready THEN 'not valid: no query uses it'
                ELSE 'not ready: neither read nor kept up' END
      FROM relation
      JOIN pg_index AS index ON index.indrelid = relation.oid
     WHERE NOT relation.is_history
     UNION ALL

    SELECT 3, relation.name, 7, 0, format('row security of %s', relation.name),
           CASE WHEN relation.relrowsecurity THEN 'enabled' ELSE 'disabled' END
               || CASE WHEN relation.relforcerowsecurity THEN ', forced on the owner' ELSE '' END
      FROM relation
     WHERE relation.relkind IN ('r', 'p')
     UNION ALL
    SELECT 3, relation.name, 8, 0, format('policy %I on %s', policy.polname, relation.name),
           format('%s FOR %s TO %s',
               CASE WHEN policy.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
               CASE policy.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                  WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
               (SELECT string_agg(CASE role.oid WHEN 0 THEN 'PUBLIC'
                                                           ELSE pg_get_userbyid(role.oid)::text END, ', '
                                             ORDER BY pg_get_userbyid(role.oid))
                  FROM unnest(policy.polroles) AS role (oid)))
      FROM relation
      JOIN pg_policy AS policy ON policy.polrelid = relation.oid
     UNION ALL
    SELECT 3, relation.name, 8, 1, format('USING of policy %I on %s', policy.polname, relation.name),
           pg_get_expr(policy.polqual, policy.polrelid)
      FROM relation
      JOIN pg_policy AS policy ON policy.polrelid = relation.oid
     WHERE policy.polqual IS NOT NULL
     UNION ALL
    SELECT 3, relation.name, 8, 2, format('WITH CHECK of policy %I on %s', policy.polname, relation.name),
           pg_get_expr(policy.polwithcheck, policy.polrelid)
      FROM relation
      JOIN pg_policy AS policy ON policy.polrelid = relation.oid
     WHERE policy.polwithcheck IS NOT NULL
     UNION ALL

    -- Ours wherever they are, and anybody's on our tables.
    SELECT 3, table_of.name, 9, 0, format('trigger %I on %s', installed.tgname, table_of.name),
           pg_get_triggerdef(installed.oid)
      FROM pg_trigger AS installed
      JOIN pg_proc AS called ON called.oid = installed.tgfoid
     CROSS JOIN LATERAL (SELECT installed.tgrelid::regclass::text AS name) AS table_of
     WHERE NOT installed.tgisinternal
       AND (installed.tgrelid IN (SELECT relation.oid FROM relation)
            OR called.pronamespace IN (SELECT satchel.oid FROM satchel))
       AND installed.tgrelid NOT IN (SELECT kept.oid FROM kept)
     UNION ALL
    SELECT 3, table_of.name, 9, 1, format('state of trigger %I on %s', installed.tgname, table_of.name),
           CASE installed.tgenabled WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled'
                                    WHEN 'A' THEN 'enabled always' ELSE 'enabled on replicas only' END
      FROM pg_trigger AS installed
      JOIN pg_proc AS called ON called.oid = installed.tgfoid
     CROSS JOIN LATERAL (SELECT installed.tgrelid::regclass::text AS name) AS table_of
     WHERE NOT installed.tgisinternal
       AND (installed.tgrelid IN (SELECT relation.oid FROM relation)
            OR called.pronamespace IN (SELECT satchel.oid FROM satchel))
       AND installed.tgrelid NOT IN (SELECT kept.oid FROM kept)
     UNION ALL
    SELECT 3, relation.name, 9, 2, format('rule %I on %s', rule.rulename, relation.name),
           pg_get_ruledef(rule.oid)
      FROM relation
      JOIN pg_rewrite AS rule ON rule.ev_class = relation.oid
     WHERE rule.rulename <> '_RETURN'
     UNION ALL

    -- What was found in a schema of others when an expression was stored runs wherever the expression does.
    SELECT 3, part.of, 9, 3,
           format('use of %s %s in %s %s', used.type, used.identity, uses.type, uses.identity), 'present'
      FROM (SELECT relation.name, 'pg_constraint'::regclass, constr.oid
              FROM relation
              JOIN pg_constraint AS constr ON constr.conrelid = relation.oid
             UNION ALL
            SELECT relation.name, 'pg_class'::regclass, index.indexrelid
              FROM relation
              JOIN pg_index AS index ON index.indrelid = relation.oid
             UNION ALL
            SELECT relation.name, 'pg_attrdef'::regclass, def.oid
              FROM relation
              JOIN pg_attrdef AS def ON def.adrelid = relation.oid
             UNION ALL
            SELECT relation.name, 'pg_policy'::regclass, policy.oid
              FROM relation
              JOIN pg_policy AS policy ON policy.polrelid = relation.oid
             UNION ALL
            SELECT relation.name, 'pg_rewrite'::regclass, rule.oid
              FROM relation
              JOIN pg_rewrite AS rule ON rule.ev_class = relation.oid
             UNION ALL
            SELECT relation.name, 'pg_class'::regclass, relation.oid
              FROM relation
             UNION ALL
            SELECT installed.tgrelid::regclass::text, 'pg_trigger'::regclass, installed.oid
              FROM pg_trigger AS installed
              JOIN pg_proc AS called ON called.oid = installed.tgfoid
              JOIN satchel ON satchel.oid = called.pronamespace
             WHERE NOT installed.tgisinternal
             UNION ALL
            SELECT function.name, 'pg_proc'::regclass, function.oid
              FROM function) AS part (of, classid, objid)
      JOIN pg_depend AS dependency ON dependency.classid = part.classid AND dependency.objid = part.objid
     CROSS JOIN LATERAL pg_identify_object(dependency.refclassid, dependency.refobjid, 0) AS used
     CROSS JOIN LATERAL pg_identify_object(dependency.classid, dependency.objid, dependency.objsubid) AS uses
     WHERE dependency.refclassid IN ('pg_operator'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass,
                                     'pg_collation'::regclass, 'pg_opclass'::regclass, 'pg_cast'::regclass)
       AND used.schema NOT IN ('pg_catalog', 'satchel')
       AND used.identity <> 'auth.uid()'
     GROUP BY part.of, used.type, used.identity, uses.type, uses.identity
     UNION ALL

    SELECT 3, relation.name, 10, 0, format('query of %s %s', relation.kind, relation.name),
           -- Servers before 16 name the source of every column, later ones only where there are several.
           regexp_replace(
               definition.query,
               '\m' || coalesce(substring(definition.query FROM ' FROM \S+ (\w+)\('),
                                substring(definition.query FROM ' FROM (?:\w+\.)?(\w+);$'), '[^\w]') || '\.', '', 'g')
      FROM relation
     CROSS JOIN LATERAL (SELECT ltrim(regexp_replace(pg_get_viewdef(relation.oid), '\s+', ' ', 'g'))
                                    AS query) AS definition
     WHERE relation.relkind IN ('v', 'm')
     UNION ALL
    SELECT 3, relation.name, 10, 1, format('security_invoker of view %s', relation.name),
           CASE WHEN EXISTS (SELECT
                               FROM unnest(relation.reloptions) AS option
                              WHERE option ~ '^security_invoker=(true|on|yes|1)$') THEN 'on' ELSE 'off' END
      FROM relation
     WHERE relation.relkind = 'v'
       AND current_setting('server_version_num')::integer >= 150000
     UNION ALL
    SELECT 3, relation.name, 10, 2, format('options of view %s', relation.name),
           coalesce((SELECT string_agg(option, ', ' ORDER BY option)
                       FROM unnest(relation.reloptions) AS option
                      WHERE option NOT LIKE 'security\_invoker=%'), 'none')
      FROM relation
     WHERE relation.relkind = 'v'
     UNION ALL
    SELECT 3, relation.name, 10, 3, format('numbers of sequence %s', relation.name),
           format('%s from %s by %s, %s to %s%s', format_type(sequence.seqtypid, NULL),
                             sequence.seqstart, sequence.seqincrement, sequence.seqmin, sequence.seqmax,
                             CASE WHEN sequence.seqcycle THEN ', starting over' ELSE '' END)
      FROM relation
      JOIN pg_sequence AS sequence ON sequence.seqrelid = relation.oid
     UNION ALL

    -- What the two roles of users can do in the end, by whatever membership.
    SELECT 3, relation.name, 11, 0, format('rights of %s on %s', role.rolname, relation.name),
           coalesce((SELECT string_agg(
                                CASE WHEN held.on_table THEN held.privilege
                                     ELSE format('%s (%s)', held.privilege, held.columns) END,
                                ', ' ORDER BY held.number)
                       FROM (SELECT privilege, number,
                                    has_table_privilege(role.oid, relation.oid, privilege) AS on_table,
                                    CASE WHEN privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                                         THEN (SELECT string_agg(attribute.attname, ', '
                                                                            ORDER BY attribute.attnum)
                                                 FROM pg_attribute AS attribute
                                                WHERE attribute.attrelid = relation.oid
                                                  AND attribute.attnum > 0
                                                  AND NOT attribute.attisdropped
                                                  AND has_column_privilege(role.oid, relation.oid,
                                                                                      attribute.attnum, privilege))
                                    END AS columns
                               FROM unnest(ARRAY ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',
                                                             'REFERENCES', 'TRIGGER'])
                                        WITH ORDINALITY AS asked (privilege, number)) AS held
                      WHERE held.on_table OR held.columns IS NOT NULL), 'none')
      FROM relation
     CROSS JOIN api_role AS role
     WHERE relation.name LIKE 'public.%'
       AND role.rolname <> 'service_role'
     UNION ALL

    SELECT 4, function.name, 1, 0, format('function %s', function.name),
           concat_ws(', ',
               CASE function.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window'
                                     ELSE format('returns %s',
                                                            pg_get_function_result(function.oid)) END,
               format('language %s', language.lanname),
               CASE function.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
               CASE function.proparallel WHEN 's' THEN 'parallel safe' WHEN 'r' THEN 'parallel restricted' END,
               CASE WHEN function.proisstrict THEN 'strict' END,
               CASE WHEN function.proleakproof THEN 'leakproof' END)
      FROM function
      JOIN pg_language AS language ON language.oid = function.prolang
     UNION ALL
    SELECT 4, function.name, 2, 0, format('owner of function %s', function.name),
           CASE function.proowner WHEN satchel.owner THEN 'the owner of schema satchel'
                                  ELSE pg_get_userbyid(function.proowner) END
      FROM function
     CROSS JOIN satchel
     UNION ALL
    SELECT 4, function.name, 3, 0, format('security of function %s', function.name),
           CASE WHEN function.prosecdef THEN 'definer' ELSE 'invoker' END
      FROM function
     UNION ALL
    SELECT 4, function.name, 4, 0, format('settings of function %s', function.name),
           coalesce((SELECT string_agg(setting, ', ' ORDER BY setting)
                       FROM unnest(function.proconfig) AS setting), 'none')
      FROM function
     UNION ALL
    SELECT 4, function.name, 5, 0, format('body of function %s', function.name),
           -- An SQL editor may have changed the ends of the lines.
           'sha256 ' || encode(sha256(convert_to(
               coalesce(pg_get_function_sqlbody(function.oid),
                        replace(function.prosrc, E'\r\n', E'\n')), 'UTF8')), 'hex')
      FROM function
     UNION ALL
    SELECT 4, type.name, 6, 0, format('type %s', type.name), 'present'
      FROM (SELECT format('satchel.%I', type.typname) AS name
              FROM pg_type AS type
              JOIN satchel ON satchel.oid = type.typnamespace
              LEFT JOIN pg_class AS class ON class.oid = type.typrelid
             WHERE type.typtype IN ('d', 'e', 'r') OR class.relkind = 'c') AS type
     UNION ALL

    SELECT CASE acl.kind WHEN 'schema' THEN 1 WHEN 'function' THEN 4 ELSE 3 END,
           CASE acl.kind WHEN 'column' THEN regexp_replace(acl.name, '\.[^.]+$', '') ELSE acl.name END, 12, 0,
           format('grant on %s %s to %s', acl.kind, acl.name, granted.grantee),
           string_agg(granted.privilege, ', ' ORDER BY granted.privilege)
      FROM acl
      LEFT JOIN satchel ON true
     CROSS JOIN LATERAL (SELECT DISTINCT
                                CASE item.grantee WHEN 0 THEN 'PUBLIC' WHEN satchel.owner THEN 'the owner'
                                                  ELSE pg_get_userbyid(item.grantee)::text END AS grantee,
                                item.privilege_type
                                    || CASE WHEN item.is_grantable THEN ' with grant option' ELSE '' END AS privilege
                           FROM aclexplode(acl.list) AS item
                          -- Which privileges an owner has by birth depends on the version.
                          WHERE NOT (item.grantee = satchel.owner AND item.privilege_type = 'MAINTAIN')) AS granted
     GROUP BY acl.kind, acl.name, granted.grantee
     UNION ALL
    -- Kept with the rights they had, for the day they are moved back: the schema is what closes them.
    SELECT 5, kept.name, 1, 0, format('kept %s %s', kept.kind, kept.name),
           coalesce((SELECT 'open to ' || string_agg(role.rolname, ', ' ORDER BY role.rolname)
                       FROM (SELECT oid, rolname FROM api_role
                              UNION ALL
                             -- As a trigger of a temporary table, whoever may execute it has its owner's rights.
                             SELECT oid, rolname FROM pg_roles
                              WHERE kept.is_definer
                                AND rolname = 'satchel_runtime') AS role
                      WHERE has_schema_privilege(role.oid, kept.namespace, 'USAGE')
                        AND CASE kept.kind
                                WHEN 'function' THEN has_function_privilege(role.oid, kept.oid, 'EXECUTE')
                                ELSE has_table_privilege(role.oid, kept.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                                     OR has_any_column_privilege(role.oid, kept.oid, 'SELECT, INSERT, UPDATE')
                            END), 'closed to the API roles')
      FROM kept
     UNION ALL

    SELECT 2, role.rolname::text, 1, 0, format('role %s', role.rolname),
           concat_ws(' ',
               CASE WHEN role.rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END,
               -- The one API role that is to see every row; see the warnings.
               CASE WHEN role.rolname = 'service_role' THEN NULL
                    WHEN role.rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END,
               CASE WHEN role.rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
               CASE WHEN role.oid NOT IN (SELECT our_role.oid FROM our_role) THEN NULL
                    ELSE concat_ws(' ',
                        CASE WHEN role.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
                        CASE WHEN role.rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
                        CASE WHEN role.rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END) END)
      FROM pg_roles AS role
     WHERE role.oid IN (SELECT api_role.oid FROM api_role UNION ALL SELECT our_role.oid FROM our_role)
     UNION ALL
    -- By whatever way: who has granted what to whom depends on the server's version and on the other databases.
    SELECT 2, ours.rolname::text, 2, 0, format('membership of %s in %s', ours.rolname, role.rolname),
           concat_ws(', ',
               CASE WHEN pg_has_role(
                             ours.oid, role.oid,
                             CASE WHEN current_setting('server_version_num')::integer >= 160000
                                  THEN 'SET' ELSE 'MEMBER' END)
                    THEN 'may become it' ELSE 'may not become it' END,
               CASE WHEN pg_has_role(ours.oid, role.oid, 'USAGE')
                    THEN 'inherits its rights' ELSE 'inherits nothing' END,
               CASE WHEN pg_has_role(ours.oid, role.oid, 'MEMBER WITH ADMIN OPTION') THEN 'may grant it' END)
      FROM our_role AS ours
      JOIN pg_roles AS role ON role.oid <> ours.oid
     WHERE NOT (SELECT self.rolsuper FROM pg_roles AS self WHERE self.oid = ours.oid)
       AND pg_has_role(ours.oid, role.oid, 'MEMBER')
     UNION ALL
    SELECT 2, ours.rolname::text, 3, 0, format('members of %s among the API roles', ours.rolname),
           coalesce(string_agg(role.rolname, ', ' ORDER BY role.rolname)
                        FILTER (WHERE NOT role.rolsuper
                                      AND pg_has_role(role.oid, ours.oid, 'MEMBER')), 'none')
      FROM our_role AS ours
      JOIN pg_roles AS role
        ON role.rolname IN ('anon', 'authenticated', 'service_role', 'authenticator')
     GROUP BY ours.rolname
     UNION ALL
    SELECT 2, 'elsewhere', 1, 0, format('grant on %s %s to %s', elsewhere.kind, elsewhere.name, our_role.rolname),
           string_agg(DISTINCT item.privilege_type, ', ' ORDER BY item.privilege_type)
      FROM elsewhere
     CROSS JOIN LATERAL aclexplode(elsewhere.list) AS item
      JOIN our_role ON our_role.oid = item.grantee
     GROUP BY elsewhere.kind, elsewhere.name, our_role.rolname
     UNION ALL

    SELECT 2, role.rolname::text, 4, 0,
           format('use of schema %s by %s', namespace.nspname, role.rolname),
           CASE WHEN has_schema_privilege(role.oid, namespace.oid, 'USAGE') THEN 'allowed' ELSE 'refused' END
      FROM pg_roles AS role
      JOIN pg_namespace AS namespace
        ON (namespace.nspname = 'public'
            AND (role.rolname IN ('authenticated', 'service_role') OR role.oid IN (SELECT our_role.oid FROM our_role)))
        OR (namespace.nspname = 'auth' AND role.rolname = 'authenticated')
     UNION ALL
    SELECT 2, 'auth', 5, 0, 'function auth.uid()',
           format('returns %s', pg_get_function_result(uid.oid))
      FROM uid
     UNION ALL
    SELECT 2, 'auth', 6, 0, format('execution of auth.uid() by %s', role.rolname),
           CASE WHEN has_function_privilege(role.oid, uid.oid, 'EXECUTE') THEN 'allowed' ELSE 'refused' END
      FROM uid
     CROSS JOIN api_role AS role
     WHERE role.rolname = 'authenticated'
)
SELECT fact.subject, regexp_replace(fact.fact, '\s+', ' ', 'g') AS fact
  FROM fact
 ORDER BY fact.area, fact.object COLLATE "C", fact.rank, fact.position, fact.subject COLLATE "C"
