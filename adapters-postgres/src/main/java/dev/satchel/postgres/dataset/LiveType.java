package dev.satchel.postgres.dataset;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The type of a column in the database.
 *
 * @param base the name of the type, with its schema unless that is {@code pg_catalog}; for a domain, of its base type
 * @param printed the type as PostgreSQL prints it
 * @param equality the operator in SQL that an index of the type compares by; another than {@code =} for a type such as
 *     citext, which {@code =} compares as text where the schema of the type is not searched
 */
public record LiveType(String base, boolean isArray, boolean isComposite, String printed, String equality) {

    /** The operator of PostgreSQL's own types. */
    static final String EQUAL = "=";

    /** The columns of a query that {@link #of} reads; it needs {@link #JOIN}. */
    public static final String COLUMNS = """
            CASE WHEN base.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN base.typname::pg_catalog.text
                 ELSE base.typnamespace::pg_catalog.regnamespace || '.' || base.typname END AS base_type,
            base.typcategory = 'A' AND base.typelem <> 0 AS is_array,
            base.typtype = 'c' AS is_composite,
            pg_catalog.format_type(attribute.atttypid, attribute.atttypmod) AS printed_type,
            (SELECT pg_catalog.format('OPERATOR(%I.%s)', owner.nspname, equal.oprname)
               FROM pg_catalog.pg_opclass AS class
               JOIN pg_catalog.pg_am AS method ON method.oid = class.opcmethod AND method.amname = 'btree'
               JOIN pg_catalog.pg_amop AS member ON member.amopfamily = class.opcfamily
                AND member.amoplefttype = class.opcintype
                AND member.amoprighttype = class.opcintype
                AND member.amopstrategy = 3
               JOIN pg_catalog.pg_operator AS equal ON equal.oid = member.amopopr
               JOIN pg_catalog.pg_namespace AS owner ON owner.oid = equal.oprnamespace
              WHERE class.opcdefault
                AND class.opcintype = base.oid
                AND owner.nspname <> 'pg_catalog') AS equality
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

    /** The type in a row of a query with {@link #COLUMNS}. */
    public static LiveType of(ResultSet row) throws SQLException {
        return new LiveType(
                row.getString("base_type"),
                row.getBoolean("is_array"),
                row.getBoolean("is_composite"),
                row.getString("printed_type"),
                Optional.ofNullable(row.getString("equality")).orElse(EQUAL));
    }
}
