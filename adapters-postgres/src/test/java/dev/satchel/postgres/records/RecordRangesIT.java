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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The ranges of a dataset, one after the other, are the records of the whole. */
class RecordRangesIT extends RecordRangesFixture {

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
    void readsARangeByOneProcessOfPostgresql() throws Exception {
        PostgresDatasets datasets = keyed("first integer, second integer NOT NULL");
        UserId user = addUser();
        addNumbers("public.keyed", user);
        assertThat(owner.sql("SHOW max_parallel_workers_per_gather")
                        .query(String.class)
                        .single())
                .isNotEqualTo("0");
        // Hides all rows of a range that PostgreSQL may read with more.
        run("""
                CREATE POLICY alone ON public.keyed AS RESTRICTIVE FOR SELECT TO authenticated
                    USING (concat(current_setting('satchel.range_from_0', true), current_setting('satchel.range_to_0', true)) = ''
                           OR current_setting('max_parallel_workers_per_gather') = '0')
                """);

        readsAsTheWhole(datasets, user);
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
}
