package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which types of keys, and which tables, are read in ranges, and that these are the whole. */
class RecordRangeKeysIT extends RecordRangesFixture {

    @Test
    void readsKeysOfHostileTextsAsTheWhole() throws Exception {
        PostgresDatasets datasets = hostile();
        UserId user = addUser();
        run("""
                INSERT INTO public.hostile (user_id, first, second, third, fourth)
                SELECT ?,
                       (ARRAY['', ' ', '''', '"', '\\', '%%', 'a''; DROP TABLE public.users; --', 'ß', 'SS', 'é', 'é',
                              E'\\n', '{NULL}', 'NULL', '日本', '𐀀', NULL])[1 + n %% 17],
                       (ARRAY['NaN', 'Infinity', '-0', '0.00', '1.0', '1.00', '99999999999999999999.5', NULL])[1 + n / 17 %% 8]::numeric,
                       (ARRAY['a  ', 'b', NULL])[1 + n / 136 %% 3],
                       n
                  FROM generate_series(1, %d) AS n
                """.formatted(MANY), user.value());
        Dataset dataset = datasets.catalogue().find("hostile").orElseThrow();

        for (int ranges : new int[] {2, 3, 40}) {
            Read read = divided(records(datasets), dataset, user, ranges);

            assertThat(read.ranges()).isGreaterThan(1).isLessThanOrEqualTo(ranges);
            assertThat(read.records()).hasSize(MANY).isEqualTo(whole(user, datasets, "hostile"));
        }
    }

    @Test
    void leavesKeysOfTypesOfExtensionsWhole() throws Exception {
        extend("CREATE SCHEMA extensions");
        extend("GRANT USAGE ON SCHEMA extensions TO PUBLIC");
        extend("CREATE EXTENSION citext SCHEMA extensions");
        extend("CREATE EXTENSION ltree SCHEMA extensions");
        extend("CREATE DOMAIN extensions.email AS extensions.citext");
        UserId user = addUser();
        for (String type : List.of("citext", "ltree", "email", "citext[]")) {
            PostgresDatasets datasets = keyed("first extensions." + type + ", second integer NOT NULL");
            run("""
                    INSERT INTO public.keyed (user_id, first, second)
                    SELECT ?, (format(%s, (ARRAY['b', 'A', 'a', 'B', 'C', 'c'])[1 + n %% 6]))::extensions.%s, n
                      FROM generate_series(1, %d) AS n
                    """.formatted(type.endsWith("[]") ? "'{%s}'" : "'%s'", type, MANY), user.value());

            staysWhole(datasets, user);
        }
    }

    @Test
    void leavesKeysWhole_whoseDefaultOrderIsNotThatOfPostgresql() throws Exception {
        PostgresDatasets datasets = keyed("first varchar, second integer NOT NULL");
        extend("""
                CREATE FUNCTION public.backwards(varchar, varchar) RETURNS integer LANGUAGE sql IMMUTABLE
                    AS 'SELECT pg_catalog.bttextcmp($2, $1)'
                """);
        for (String operator : List.of("<", "<=", "=", ">=", ">")) {
            String name = "backwards_" + operator.length() + (int) operator.charAt(0);
            extend("CREATE FUNCTION public." + name + "(varchar, varchar) RETURNS boolean LANGUAGE sql IMMUTABLE"
                    + " AS 'SELECT public.backwards($1, $2) " + operator + " 0'");
            extend("CREATE OPERATOR public." + operator + " (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public."
                    + name + ")");
        }
        extend("""
                CREATE OPERATOR CLASS public.backwards DEFAULT FOR TYPE varchar USING btree AS
                    OPERATOR 1 public.<, OPERATOR 2 public.<=, OPERATOR 3 public.=, OPERATOR 4 public.>=,
                    OPERATOR 5 public.>, FUNCTION 1 public.backwards(varchar, varchar)
                """);
        UserId user = addUser();
        run(
                "INSERT INTO public.keyed (user_id, first, second) SELECT ?, n % 9, n FROM generate_series(1, ?) AS n",
                user.value(), MANY);

        staysWhole(datasets, user);
    }

    @Test
    void readsTheRangesOfKeysOfADomainAsTheWhole() throws Exception {
        run("CREATE SCHEMA closed");
        run("CREATE DOMAIN closed.word AS text COLLATE \"C\" CHECK (VALUE <> 'never')");
        run("CREATE DOMAIN closed.term AS closed.word");
        PostgresDatasets datasets = keyed("first closed.term COLLATE \"und-x-icu\", second integer NOT NULL");
        UserId user = addUser();
        run("""
                INSERT INTO public.keyed (user_id, first, second)
                SELECT ?, (ARRAY['b', 'A', 'a', 'é', 'B', NULL])[1 + n % 6], n FROM generate_series(1, ?) AS n
                """, user.value(), MANY);

        readsAsTheWhole(datasets, user);
    }

    @Test
    void readsRowsOlderThanAConstraintThatIsNotValidated() throws Exception {
        PostgresDatasets datasets = keyed("first integer, second integer NOT NULL");
        UserId user = addUser();
        addNumbers("public.keyed", user);
        // Before PostgreSQL 18, there was no such constraint.
        if (version() >= 18) {
            run("ALTER TABLE public.keyed ADD CONSTRAINT keyed_first_given NOT NULL first NOT VALID");
        }

        readsAsTheWhole(datasets, user);
    }

    @Test
    void readsRowsOfATableThatInheritsWithoutTheConstraint() throws Exception {
        boolean isNamed = version() >= 18;
        PostgresDatasets datasets = keyed("first integer " + (isNamed ? "" : "NOT NULL") + ", second integer NOT NULL"
                + (isNamed ? ", CONSTRAINT keyed_first_given NOT NULL first NO INHERIT" : ""));
        run("CREATE TABLE public.heir () INHERITS (public.keyed)");
        if (!isNamed) {
            run("ALTER TABLE public.heir ALTER COLUMN first DROP NOT NULL");
        }
        UserId user = addUser();
        addNumbers("public.heir", user);

        readsAsTheWhole(datasets, user);
    }

    @Test
    void leavesForeignTablesWhole_becauseTheyHaveNoPartInTheSnapshot() throws Exception {
        PostgresDatasets datasets = keyed("first integer, second integer NOT NULL");
        UserId user = addUser();
        extend("CREATE EXTENSION file_fdw SCHEMA public");
        extend("CREATE SERVER files FOREIGN DATA WRAPPER file_fdw");
        extend("""
                CREATE FOREIGN TABLE public.far (user_id uuid NOT NULL, first integer, second integer NOT NULL) SERVER files
                    OPTIONS (program 'for n in 1 2 3 4 5 6 7 8 9; do echo %s,$n,$n; done', format 'csv')
                """.formatted(user));
        extend("ALTER FOREIGN TABLE public.far OWNER TO " + database.ownerUser());
        run("ALTER FOREIGN TABLE public.far INHERIT public.keyed");

        staysWhole(datasets, user);
    }

    private void staysWhole(PostgresDatasets datasets, UserId user) throws IOException {
        Dataset dataset = datasets.catalogue().find("keyed").orElseThrow();

        assertThat(divided(records(datasets), dataset, user, 4).ranges()).isZero();
        assertThat(whole(user, datasets, "keyed")).isNotEmpty();
    }

    private int version() {
        return owner.sql("SELECT current_setting('server_version_num')::integer / 10000")
                .query(Integer.class)
                .single();
    }

    private void extend(String sql) {
        JdbcClient.create(database.superuserDataSource()).sql(sql).update();
    }

    private PostgresDatasets hostile() throws IOException {
        return dataset(
                "hostile",
                """
                first text COLLATE "und-x-icu", second numeric, third char(4), fourth integer NOT NULL PRIMARY KEY
                """,
                "first, second, third, fourth",
                "first: text, second: numeric, third: text, fourth: integer");
    }
}
