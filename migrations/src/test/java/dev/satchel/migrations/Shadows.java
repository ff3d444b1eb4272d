package dev.satchel.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * What somebody who may create in a schema puts there to have it found instead of PostgreSQL's own: functions of the same
 * names, operators for pairs of types that match better, types, and views.
 *
 * <p>Each of them counts its call and raises an error, so that a statement that finds one of them fails. The count stays
 * whatever becomes of the transaction.
 */
public final class Shadows {

    /** What the error of each shadow says. */
    public static final String MESSAGE = "a shadow ran";

    private static final String SPY = """
            CREATE SEQUENCE %1$s.shadow_calls;
            CREATE FUNCTION %1$s.shadow_spy(what pg_catalog.text) RETURNS pg_catalog.bool
                LANGUAGE plpgsql
                SET search_path = pg_catalog, pg_temp
            AS $function$
            BEGIN
                PERFORM nextval('%1$s.shadow_calls');
                RAISE EXCEPTION 'a shadow ran: %% as %%', what, current_user USING ERRCODE = 'SHADW';
            END
            $function$;
            GRANT USAGE ON SCHEMA %1$s TO PUBLIC;
            GRANT USAGE ON SEQUENCE %1$s.shadow_calls TO PUBLIC;
            """;

    // With the arguments that PostgreSQL's functions have, and with varchar for text, which matches a column better.
    private static final String FUNCTIONS = """
            DO $block$
            DECLARE
                signature record;
            BEGIN
                SET LOCAL search_path = pg_catalog, pg_temp;
                FOR signature IN
                    SELECT DISTINCT ON (proname, arguments) proname, arguments, prorettype
                      FROM pg_proc
                     CROSS JOIN LATERAL (SELECT string_agg(format_type(type, NULL), ', ' ORDER BY position)
                                           FROM unnest(proargtypes) WITH ORDINALITY AS argument (type, position)
                                          UNION ALL
                                         SELECT string_agg(CASE type WHEN 'text'::regtype THEN 'character varying'
                                                                     ELSE format_type(type, NULL) END, ', '
                                                           ORDER BY position)
                                           FROM unnest(proargtypes) WITH ORDINALITY AS argument (type, position))
                               AS variant (arguments)
                     WHERE pronamespace = 'pg_catalog'::regnamespace
                       AND prokind = 'f'
                       AND NOT proretset
                       AND NOT EXISTS (SELECT
                                         FROM unnest(proargtypes || prorettype) AS used (type)
                                         JOIN pg_type ON pg_type.oid = type
                                        WHERE typtype = 'p')
                LOOP
                    EXECUTE format('CREATE FUNCTION %1$s.%%I(%%s) RETURNS %%s LANGUAGE plpgsql AS %%L',
                                   signature.proname, signature.arguments, signature.prorettype::regtype,
                                   format('BEGIN PERFORM %1$s.shadow_spy(%%L); RETURN NULL; END', signature.proname));
                END LOOP;
            END
            $block$
            """;

    private static final String OPERATORS = """
            DO $block$
            DECLARE
                types constant regtype[] := ARRAY ['varchar', 'text', 'name', '"char"', 'bpchar', 'int2', 'int4', 'int8',
                    'numeric', 'timestamptz', 'timestamp', 'date', 'interval', 'uuid', 'bool', 'jsonb', 'oid', 'regclass',
                    'bytea', 'text[]', 'uuid[]', 'varchar[]', 'oid[]', 'int2vector', 'oidvector'];
                name text;
                left_type regtype;
                right_type regtype;
            BEGIN
                SET LOCAL search_path = pg_catalog, pg_temp;
                FOREACH left_type IN ARRAY types LOOP
                    FOREACH right_type IN ARRAY types LOOP
                        EXECUTE format('CREATE FUNCTION %1$s.shadow_is(%%s, %%s) RETURNS bool LANGUAGE plpgsql AS %%L',
                                       left_type, right_type, 'BEGIN RETURN %1$s.shadow_spy(''an operator''); END');
                        EXECUTE format('CREATE FUNCTION %1$s.shadow_of(%%1$s, %%2$s) RETURNS %%1$s '
                                       'LANGUAGE plpgsql AS %%3$L',
                                       left_type, right_type,
                                       'BEGIN PERFORM %1$s.shadow_spy(''an operator''); RETURN NULL; END');
                        FOREACH name IN ARRAY ARRAY ['=', '<>', '<', '>', '<=', '>=', '~', '!~', '~~', '@>', '<@', '?']
                        LOOP
                            EXECUTE format('CREATE OPERATOR %1$s.%%s (FUNCTION = %1$s.shadow_is, LEFTARG = %%s, '
                                           'RIGHTARG = %%s)', name, left_type, right_type);
                        END LOOP;
                        FOREACH name IN ARRAY ARRAY ['||', '+', '-', '*', '/', '->>', '->'] LOOP
                            EXECUTE format('CREATE OPERATOR %1$s.%%s (FUNCTION = %1$s.shadow_of, LEFTARG = %%s, '
                                           'RIGHTARG = %%s)', name, left_type, right_type);
                        END LOOP;
                    END LOOP;
                END LOOP;
            END
            $block$
            """;

    private static final String TYPES = """
            DO $block$
            DECLARE
                shadowed record;
            BEGIN
                SET LOCAL search_path = pg_catalog, pg_temp;
                FOR shadowed IN
                    SELECT typname
                      FROM pg_type
                     WHERE typnamespace = 'pg_catalog'::regnamespace
                       AND typtype IN ('b', 'r', 'm')
                       AND typcategory <> 'A'
                       AND typname NOT LIKE 'pg\\_%%'
                LOOP
                    EXECUTE format('CREATE DOMAIN %1$s.%%1$I AS pg_catalog.%%1$I CHECK (%1$s.shadow_spy(%%1$L))',
                                   shadowed.typname);
                END LOOP;
                FOR shadowed IN
                    -- A view may show neither a column of any type nor the rows of another one.
                    SELECT relname,
                           (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
                              FROM pg_attribute
                              JOIN pg_type ON pg_type.oid = atttypid
                             WHERE attrelid = pg_class.oid
                               AND attnum > 0
                               AND typtype <> 'p'
                               AND typname <> '_pg_statistic') AS columns
                      FROM pg_class
                     WHERE relnamespace = 'pg_catalog'::regnamespace
                       AND relkind IN ('r', 'v')
                LOOP
                    EXECUTE format('CREATE VIEW %1$s.%%1$I AS SELECT %%2$s FROM pg_catalog.%%1$I '
                                   'WHERE %1$s.shadow_spy(%%1$L)', shadowed.relname, shadowed.columns);
                    EXECUTE format('GRANT SELECT ON %1$s.%%I TO PUBLIC', shadowed.relname);
                END LOOP;
            END
            $block$
            """;

    private Shadows() {}

    /** Fills the schema, which the login of the data source may create in; returns how many functions and operators. */
    public static int fill(String schema, DataSource attacker) throws SQLException {
        try (var connection = attacker.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (var part : new String[] {SPY, OPERATORS, FUNCTIONS, TYPES}) {
                statement.execute(part.formatted(schema));
            }
            connection.commit();
            return number(connection, """
                    SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_operator
                             WHERE oprnamespace OPERATOR(pg_catalog.=) '%1$s'::pg_catalog.regnamespace)
                           OPERATOR(pg_catalog.+)
                           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc
                             WHERE pronamespace OPERATOR(pg_catalog.=) '%1$s'::pg_catalog.regnamespace)
                    """.formatted(schema));
        }
    }

    /** How often any of them ran. */
    public static int calls(String schema, DataSource reader) throws SQLException {
        try (var connection = reader.getConnection()) {
            return number(connection, """
                    SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM %s.shadow_calls
                    """.formatted(schema));
        }
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }
}
