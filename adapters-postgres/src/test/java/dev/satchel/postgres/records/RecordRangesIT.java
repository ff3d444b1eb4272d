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

    private PostgresDatasets hostile() throws IOException {
        owner.sql("""
                CREATE TABLE public.hostile (user_id uuid NOT NULL, first text COLLATE "und-x-icu", second numeric,
                                             third char(4), fourth integer NOT NULL PRIMARY KEY)
                """).update();
        owner.sql("ALTER TABLE public.hostile ENABLE ROW LEVEL SECURITY").update();
        owner.sql(
                        "CREATE POLICY own ON public.hostile FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()))")
                .update();
        owner.sql("GRANT SELECT ON public.hostile TO authenticated").update();
        Path file = folder.resolve("hostile.yaml");
        Files.writeString(file, """
                datasets:
                  - name: hostile
                    description: hostile keys
                    table: public.hostile
                    owner: user_id
                    order: [first, second, third, fourth]
                    columns: {first: text, second: numeric, third: text, fourth: integer}
                    excluded: {user_id: the user}
                """);
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
