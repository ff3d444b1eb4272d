package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.partition.RecordRange;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What it costs to choose the ranges of a table, and how equal they are. */
class KeyRangesIT extends RecordRangesFixture {

    private static final int MOST = 600_000;

    private static final int FEW = 120_000;

    /** With pages enough that a sample of them would be less than all. */
    private static final int SOME = 40_000;

    private static final String COLUMNS = "first integer NOT NULL, second integer NOT NULL";

    private PostgresDatasets datasets;
    private UserId user;

    @BeforeEach
    void addTable() throws Exception {
        datasets = keyed(COLUMNS);
        user = addUser();
        run("ALTER TABLE public.keyed SET (autovacuum_enabled = false)");
    }

    @AfterEach
    void removeTables() {
        run("DROP TABLE IF EXISTS public.keyed CASCADE");
        run("DROP TABLE IF EXISTS public.keyed_rows CASCADE");
    }

    @Test
    void samplesThePagesOfATableThatIsMostlyTheUsers() throws Exception {
        UserId other = addUser();
        add(MOST, user);
        add(FEW, other);
        run("ANALYZE public.keyed");

        Cut ofMost = cut(user, MOST, 8, Optional.empty());
        Cut inMany = cut(user, MOST, 40, Optional.empty());
        Cut ofFew = cut(other, FEW, 8, Optional.empty());

        assertThat(ofMost.read()).isBetween(50_000, 180_000);
        assertThat(ofMost.sizes())
                .hasSize(8)
                .allSatisfy(size -> assertThat(size).isBetween(MOST / 16, MOST * 3 / 16));
        assertThat(inMany.read())
                .as("fewer pages would leave ranges without any")
                .isEqualTo(MOST + FEW);
        assertThat(inMany.sizes()).hasSize(40);
        assertThat(ofFew.read()).as("most pages are of others").isEqualTo(MOST + FEW);
        assertThat(ofFew.sizes()).hasSize(8).allSatisfy(size -> assertThat(size).isBetween(FEW / 16, FEW * 3 / 16));
    }

    @Test
    void readsAllPagesOfATableWithoutStatistics() throws Exception {
        add(SOME, user);

        assertThat(cutAsOfAMillion().read()).isEqualTo(SOME);
    }

    @Test
    void readsAllRowsBehindAView() throws Exception {
        add(SOME, user);
        run("ANALYZE public.keyed");
        run("ALTER TABLE public.keyed RENAME TO keyed_rows");
        run("CREATE VIEW public.keyed AS SELECT * FROM public.keyed_rows");
        run("GRANT SELECT ON public.keyed TO authenticated");

        Cut cut = cutAsOfAMillion();
        run("DROP VIEW public.keyed");

        assertThat(cut.read()).isEqualTo(SOME);
    }

    @Test
    void readsAllRowsOfPartitionsAndHeirs() throws Exception {
        run("CREATE TABLE public.keyed_heir () INHERITS (public.keyed)");
        add(SOME, user);
        run("INSERT INTO public.keyed_heir SELECT * FROM public.keyed");
        run("ANALYZE public.keyed, public.keyed_heir");

        assertThat(cutAsOfAMillion().read()).isEqualTo(2 * SOME);

        run("DROP TABLE public.keyed CASCADE");
        run("CREATE TABLE public.keyed (user_id uuid NOT NULL, " + COLUMNS + ") PARTITION BY RANGE (first)");
        run("CREATE TABLE public.keyed_low PARTITION OF public.keyed FOR VALUES FROM (0) TO (1000)");
        run("CREATE TABLE public.keyed_high PARTITION OF public.keyed FOR VALUES FROM (1000) TO (100000)");
        run("GRANT SELECT ON public.keyed TO authenticated");
        add(SOME, user);
        run("ANALYZE public.keyed");

        assertThat(cutAsOfAMillion().read()).isEqualTo(SOME);
    }

    private void add(int records, UserId of) {
        run("INSERT INTO public.keyed SELECT ?, n, n FROM generate_series(1, ?) AS n", of.value(), records);
    }

    /**
     * @param read how many rows were read to choose the ranges
     * @param sizes how many records are in each range, where the key of a record is its number
     */
    private record Cut(int read, List<Integer> sizes) {}

    /** As if there were so many rows that the sample of a table would be worth its while. */
    private Cut cutAsOfAMillion() throws SQLException {
        return cut(user, SOME, 2, Optional.of(new KeyRanges.Estimate(1_000_000, 1, false)));
    }

    private Cut cut(UserId of, int records, int ranges, Optional<KeyRanges.Estimate> estimate) throws SQLException {
        Dataset dataset = datasets.catalogue().find("keyed").orElseThrow();
        try (Connection connection = database.workerDataSource().getConnection()) {
            connection.setAutoCommit(false);
            OpenSnapshot snapshot =
                    OpenSnapshot.take(connection, of, new ReadingPlan(datasets, List.of(dataset)), LONG);
            int before = readOn(connection);
            KeyRanges keys = new KeyRanges(connection, datasets.of(dataset));
            KeyRanges.Estimate said =
                    estimate.isPresent() ? estimate.get() : keys.estimate(snapshot.live(), of, ExportFilters.NONE);
            List<RecordRange> cut = keys.cut(snapshot.live(), of, ExportFilters.NONE, said, ranges);
            return new Cut(readOn(connection) - before, sizes(cut, records));
        }
    }

    // In the transaction that has read, because the statistics of others come later.
    private static int readOn(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery(
                        "SELECT sum(seq_tup_read) FROM pg_catalog.pg_stat_xact_all_tables WHERE relname LIKE 'keyed%'")) {
            tables.next();
            return tables.getInt(1);
        }
    }

    private static List<Integer> sizes(List<RecordRange> ranges, int records) {
        List<Integer> sizes = new ArrayList<>();
        int from = 1;
        for (RecordRange range : ranges) {
            int to = range.to().isEmpty()
                    ? records + 1
                    : Integer.parseInt(String.valueOf(range.to().get(0)));
            sizes.add(to - from);
            from = to;
        }
        return sizes;
    }
}
