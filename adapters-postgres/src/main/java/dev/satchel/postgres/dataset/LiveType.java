package dev.satchel.postgres.dataset;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column in the database.
 *
 * @param base the name of the type, with its schema unless that is {@code pg_catalog}; for a domain, of its base type
 * @param mayHoldJson whether it is {@code json}, a composite type, or an array of these. A composite type may be given a field
 *     of json at any time, so it counts whatever its fields are
 * @param printed the type as PostgreSQL prints it
 * @param hasOwnOperators whether a foreign key compares its values by operators outside of {@code pg_catalog}, which
 *     Satchel's statements do not find
 * @param looseCollation the collation of the column, with its schema, if it takes different texts for equal; null otherwise
 */
public record LiveType(
        String base,
        boolean isArray,
        boolean isComposite,
        boolean mayHoldJson,
        String printed,
        boolean hasOwnOperators,
        @Nullable String looseCollation) {

    /** Whether the type {@code base} of {@link #JOIN} is sorted and compared otherwise than by PostgreSQL's operators. */
    public static final String HAS_OPERATOR_CLASS_ELSEWHERE = """
            EXISTS (SELECT
                      FROM pg_catalog.pg_opclass AS class
                      JOIN pg_catalog.pg_am AS method ON method.oid = class.opcmethod
                     WHERE method.amname = 'btree'
                       AND class.opcdefault
                       AND class.opcintype = base.oid
                       AND class.opcnamespace <> 'pg_catalog'::pg_catalog.regnamespace)
            """;

    /** The columns of a query that {@link #of} reads; it needs {@link #JOIN}. */
    public static final String COLUMNS = """
            CASE WHEN base.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN base.typname::pg_catalog.text
                 ELSE base.typnamespace::pg_catalog.regnamespace || '.' || base.typname END AS base_type,
            base.typcategory = 'A' AND base.typelem <> 0 AS is_array,
            base.typtype = 'c' AS is_composite,
            base.oid = 'pg_catalog.json'::pg_catalog.regtype
                OR base.typtype = 'c'
                OR (base.typcategory = 'A'
                    AND EXISTS (
                        WITH RECURSIVE inside AS (
                            SELECT base.typelem AS type
                             UNION ALL
                            SELECT CASE held.typtype WHEN 'd' THEN held.typbasetype ELSE held.typelem END
                              FROM inside
                              JOIN pg_catalog.pg_type AS held ON held.oid = inside.type
                             WHERE held.typtype = 'd'
                                OR held.typcategory = 'A')
                        SELECT
                          FROM inside
                          JOIN pg_catalog.pg_type AS part ON part.oid = inside.type
                         WHERE part.oid = 'pg_catalog.json'::pg_catalog.regtype
                            OR part.typtype = 'c')) AS may_hold_json,
            pg_catalog.format_type(attribute.atttypid, attribute.atttypmod) AS printed_type,
            (SELECT loose.collnamespace::pg_catalog.regnamespace || '.' || loose.collname
               FROM pg_catalog.pg_collation AS loose
              WHERE loose.oid = attribute.attcollation
                AND NOT loose.collisdeterministic) AS loose_collation,
            -- Enums, ranges, arrays and composite types have PostgreSQL's operators, whatever their schema.
            base.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace
                AND base.typtype = 'b'
                AND NOT (base.typcategory = 'A' AND base.typelem <> 0)
            OR
            """ + HAS_OPERATOR_CLASS_ELSEWHERE + """
               AS has_own_operators
            """;

    /** Joins the row {@code attribute} of {@code pg_attribute} with its type {@code base}, which is no domain. */
    public static final String JOIN = """
             CROSS JOIN LATERAL (
                   WITH RECURSIVE under AS (
                       SELECT attribute.atttypid AS type
                       UNION ALL
                       SELECT domain.typbasetype
                         FROM under
                         JOIN pg_catalog.pg_type AS domain ON domain.oid = under.type
                        WHERE domain.typtype = 'd')
                   SELECT found.*
                     FROM under
                     JOIN pg_catalog.pg_type AS found ON found.oid = under.type
                    WHERE found.typtype <> 'd') AS base
            """;

    /** Whether it is the type of a user's id. */
    public boolean isUuid() {
        return base.equals("uuid");
    }

    /** Whether its values are networks and not addresses. */
    boolean isNetwork() {
        return base.equals("cidr");
    }

    /** The type in a row of a query with {@link #COLUMNS}. */
    public static LiveType of(ResultSet row) throws SQLException {
        return new LiveType(
                row.getString("base_type"),
                row.getBoolean("is_array"),
                row.getBoolean("is_composite"),
                row.getBoolean("may_hold_json"),
                row.getString("printed_type"),
                row.getBoolean("has_own_operators"),
                row.getString("loose_collation"));
    }
}
