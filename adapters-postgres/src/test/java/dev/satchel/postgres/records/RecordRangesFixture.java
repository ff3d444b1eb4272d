package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.RecordRange;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Reads datasets in ranges, each with a connection of its own, and whole. */
abstract class RecordRangesFixture extends PostgresRecordsFixture {

    static final int MANY = 400;

    @TempDir
    Path folder;

    void readsAsTheWhole(PostgresDatasets datasets, UserId user) throws IOException {
        Dataset dataset = datasets.catalogue().find("keyed").orElseThrow();

        Read read = divided(records(datasets), dataset, user, 4);

        assertThat(read.ranges()).isEqualTo(4);
        assertThat(read.records()).hasSize(MANY).isEqualTo(whole(user, datasets, "keyed"));
    }

    void addNumbers(String table, UserId user) {
        run(
                "INSERT INTO " + table
                        + " (user_id, first, second) SELECT ?, NULLIF(n % 9, 0), n FROM generate_series(1, ?)"
                        + " AS n",
                user.value(),
                MANY);
    }

    /** A table with these columns, and a dataset of its columns first and second. */
    PostgresDatasets keyed(String columns) throws IOException {
        return dataset("keyed", columns, "first, second", "first: text, second: text");
    }

    PostgresDatasets dataset(String name, String columns, String order, String exported) throws IOException {
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

    DivisibleRecords records(PostgresDatasets datasets) {
        return new PostgresUserRecords(database.workerDataSource(), datasets, LONG);
    }

    List<Map<String, Object>> whole(UserId user, PostgresDatasets datasets, String name) throws IOException {
        return whole(user, datasets, name, ExportFilters.NONE);
    }

    List<Map<String, Object>> whole(UserId user, PostgresDatasets datasets, String name, ExportFilters filters)
            throws IOException {
        RecordingSink sink = new RecordingSink();
        Dataset dataset = datasets.catalogue().find(name).orElseThrow();
        records(datasets).read(user, List.of(dataset), filters, sink, new AbortSignal());
        return sink.records(dataset);
    }

    Read divided(DivisibleRecords records, Dataset dataset, UserId user, int ranges) throws IOException {
        return divided(records, dataset, user, ExportFilters.NONE, ranges);
    }

    /** Reads each range with a connection of its own, while others write. */
    Read divided(DivisibleRecords records, Dataset dataset, UserId user, ExportFilters filters, int ranges)
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

    record Read(int ranges, List<Map<String, Object>> records) {}
}
