package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.LostSnapshotException;
import dev.satchel.partition.RecordRange;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ranges of a dataset, one after the other, are the records of the whole. */
class RecordRangesIT extends PostgresRecordsFixture {

    private static final int MANY = 400;

    @TempDir
    Path folder;

    @Test
    void readsTheRangesOfTheKeysOfATableAsTheWhole() throws Exception {
        UserId user = addUser();
        run("""
                INSERT INTO public.sessions (user_id, session_type, started_at)
                SELECT ?, 'mixed', CASE WHEN n % 10 > 0 THEN timestamptz '2026-01-01' + n / 3 * interval '1 microsecond' END
                  FROM generate_series(1, 997) AS n
                """, user.value());
        UserId other = addUser();
        addSession(other, java.time.Instant.EPOCH);

        Read read = divided(records(PostgresDatasets.builtIn()), LearningDatasets.SESSIONS, user, 7);

        assertThat(read.ranges()).isEqualTo(7);
        assertThat(read.records()).hasSize(997).isEqualTo(whole(user, PostgresDatasets.builtIn(), "sessions"));
    }

    @Test
    void readsTheRangesOfAProfileAndOfDaysAsTheWhole() throws Exception {
        UserId user = addUser();
        run("""
                INSERT INTO public.sessions (user_id, session_type, started_at, engagement_score)
                SELECT ?, 'mixed', timestamptz '2026-01-01' + n * interval '1 hour', 0.5
                  FROM generate_series(0, 239) AS n
                """, user.value());
        ExportFilters filters =
                ExportFilters.of(Map.of("profile", "portability", "from", "2026-01-03", "to", "2026-01-07"));
        PostgresDatasets datasets = PostgresDatasets.builtIn();

        Read read = divided(records(datasets), LearningDatasets.SESSIONS, user, filters, 4);

        assertThat(read.ranges()).isEqualTo(4);
        assertThat(read.records()).hasSize(5 * 24).isEqualTo(whole(user, datasets, "sessions", filters));
        assertThat(read.records().get(0)).containsKey("session_type").doesNotContainKey("engagement_score");
    }

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

    @Test
    void refusesPartsThatAreNotTheWhole() {
        UserId user = addUser();
        for (int session = 0; session < 10; session++) {
            addSession(user, java.time.Instant.EPOCH.plusSeconds(session));
        }

        for (long wrong : new long[] {9, 11}) {
            assertThatThrownBy(() -> records(PostgresDatasets.builtIn())
                            .read(
                                    user,
                                    List.of(LearningDatasets.SESSIONS),
                                    ExportFilters.NONE,
                                    new RecordingSink(),
                                    new AbortSignal(),
                                    new DivisibleRecords.Division() {
                                        @Override
                                        public int ranges(Dataset dataset, long bytes) {
                                            return 3;
                                        }

                                        @Override
                                        public long write(DivisibleRecords.Divided divided) {
                                            return wrong;
                                        }
                                    }))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("PostgreSQL counts 10 records in sessions, and " + wrong
                            + " were read in the same snapshot");
        }
    }

    private void staysWhole(PostgresDatasets datasets, UserId user) throws IOException {
        Dataset dataset = datasets.catalogue().find("keyed").orElseThrow();

        assertThat(divided(records(datasets), dataset, user, 4).ranges()).isZero();
        assertThat(whole(user, datasets, "keyed")).isNotEmpty();
    }

    private void readsAsTheWhole(PostgresDatasets datasets, UserId user) throws IOException {
        Dataset dataset = datasets.catalogue().find("keyed").orElseThrow();

        Read read = divided(records(datasets), dataset, user, 4);

        assertThat(read.ranges()).isEqualTo(4);
        assertThat(read.records()).hasSize(MANY).isEqualTo(whole(user, datasets, "keyed"));
    }

    private void addNumbers(String table, UserId user) {
        run(
                "INSERT INTO " + table
                        + " (user_id, first, second) SELECT ?, NULLIF(n % 9, 0), n FROM generate_series(1, ?)"
                        + " AS n",
                user.value(),
                MANY);
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

    /** A table with these columns, and a dataset of its columns first and second. */
    private PostgresDatasets keyed(String columns) throws IOException {
        return dataset("keyed", columns, "first, second", "first: text, second: text");
    }

    private PostgresDatasets dataset(String name, String columns, String order, String exported) throws IOException {
        String table = "public." + name;
        run("DROP TABLE IF EXISTS " + table);
        run("CREATE TABLE " + table + " (user_id uuid NOT NULL, " + columns + ")");
        run("ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
        run("CREATE POLICY own ON " + table + " FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()))");
        run("GRANT SELECT ON " + table + " TO authenticated");
        Path file = folder.resolve(name + ".yaml");
        Files.writeString(file, """
                datasets:
                  - name: %s
                    description: keys
                    table: %s
                    owner: user_id
                    order: [%s]
                    columns: {%s}
                    excluded: {user_id: the user}
                """.formatted(name, table, order, exported));
        return PostgresDatasets.builtIn().with(file);
    }

    @Test
    void cutsOnlyWhatIsLargeEnough() throws Exception {
        UserId user = addUser();
        addSession(user, java.time.Instant.EPOCH);

        assertThat(divided(records(PostgresDatasets.builtIn()), LearningDatasets.SESSIONS, user, 1)
                        .ranges())
                .isZero();
        assertThat(divided(records(PostgresDatasets.builtIn()), LearningDatasets.SESSIONS, user, 8)
                        .ranges())
                .as("one record has one range")
                .isZero();
    }

    @Test
    void saysThatTheSnapshotIsLost() {
        UserId user = addUser();

        for (String snapshot : List.of("00000003-0000001B-1", "FFFFFFFF-FFFFFFFF-99")) {
            assertThatThrownBy(() -> records(PostgresDatasets.builtIn())
                            .readRange(
                                    user,
                                    LearningDatasets.SESSIONS,
                                    ExportFilters.NONE,
                                    snapshot,
                                    new RecordRange(List.of(), List.of()),
                                    new RecordingSink(),
                                    new AbortSignal()))
                    .isExactlyInstanceOf(LostSnapshotException.class);
        }
        assertThatThrownBy(() -> records(PostgresDatasets.builtIn())
                        .readRange(
                                user,
                                LearningDatasets.SESSIONS,
                                ExportFilters.NONE,
                                "'; DROP TABLE users; --",
                                new RecordRange(List.of(), List.of()),
                                new RecordingSink(),
                                new AbortSignal()))
                .isExactlyInstanceOf(IllegalArgumentException.class);
    }

    private DivisibleRecords records(PostgresDatasets datasets) {
        return new PostgresUserRecords(database.workerDataSource(), datasets, LONG);
    }

    private List<Map<String, Object>> whole(UserId user, PostgresDatasets datasets, String name) throws IOException {
        return whole(user, datasets, name, ExportFilters.NONE);
    }

    private List<Map<String, Object>> whole(UserId user, PostgresDatasets datasets, String name, ExportFilters filters)
            throws IOException {
        RecordingSink sink = new RecordingSink();
        Dataset dataset = datasets.catalogue().find(name).orElseThrow();
        records(datasets).read(user, List.of(dataset), filters, sink, new AbortSignal());
        return sink.records(dataset);
    }

    private Read divided(DivisibleRecords records, Dataset dataset, UserId user, int ranges) throws IOException {
        return divided(records, dataset, user, ExportFilters.NONE, ranges);
    }

    /** Reads each range with a connection of its own, while others write. */
    private Read divided(DivisibleRecords records, Dataset dataset, UserId user, ExportFilters filters, int ranges)
            throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        List<RecordRange> cut = new ArrayList<>();
        UserRecords.Snapshot snapshot = records.read(
                user,
                List.of(dataset),
                filters,
                new RecordingSink(),
                new AbortSignal(),
                new DivisibleRecords.Division() {
                    @Override
                    public int ranges(Dataset asked, long bytes) {
                        return ranges;
                    }

                    @Override
                    public long write(DivisibleRecords.Divided divided) throws IOException {
                        cut.addAll(divided.ranges());
                        long count = 0;
                        for (RecordRange range : divided.ranges()) {
                            addSession(user, java.time.Instant.EPOCH);
                            divided.held().run();
                            RecordingSink sink = new RecordingSink();
                            count += records.readRange(
                                    user, dataset, filters, divided.snapshot(), range, sink, new AbortSignal());
                            all.addAll(sink.records(dataset));
                        }
                        run("DELETE FROM public.sessions WHERE started_at = 'epoch' AND user_id = ?", user.value());
                        return count;
                    }
                });
        if (!cut.isEmpty()) {
            assertThat(snapshot.records()).containsEntry(dataset, (long) all.size());
        }
        return new Read(cut.size(), all);
    }

    private record Read(int ranges, List<Map<String, Object>> records) {}
}
