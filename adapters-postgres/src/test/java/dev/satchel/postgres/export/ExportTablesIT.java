package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.Requests;
import dev.satchel.record.LearningDatasets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What {@link PostgresExportHistory} writes to its tables. */
class ExportTablesIT extends PostgresExportFixture {

    @Nested
    class Row {

        @Test
        void holdsTheManifest() {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            DeliveredFile file = Exports.archive(Exports.anyLocationOf(export));

            postgres.history().complete(export, file, RETENTION);

            assertThat(postgres.owner()
                            .sql("""
                                    SELECT data = jsonb_build_object(
                                               'manifest_version', 1,
                                               'content_type', 'application/zip',
                                               'bytes', 5678,
                                               'sha256', :sha256,
                                               'snapshot_at', '2026-03-01T12:00:00Z',
                                               'schema_version', '001',
                                               'records', '{"profile": 1, "vocabulary": 7}'::jsonb,
                                               'absent', '["analytics"]'::jsonb,
                                               'entries', jsonb_build_array(
                                                   jsonb_build_object(
                                                       'name', 'profile.csv', 'bytes', 100, 'sha256', :sha256),
                                                   jsonb_build_object(
                                                       'name', 'vocabulary.csv', 'bytes', 9000, 'sha256', :sha256)))
                                      FROM public.export_history
                                     WHERE id = :id
                                    """)
                            .param("id", export.id())
                            .param("sha256", file.sha256())
                            .query(Boolean.class)
                            .single())
                    .isTrue();
        }

        @Test
        void countsTheSecondsOfTheAttempt() {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            postgres.letPass(Duration.ofSeconds(90));

            postgres.history().complete(export, Exports.anyFileOf(export), RETENTION);

            assertThat(Integer.valueOf(text(
                            "SELECT processing_time_seconds FROM public.export_history WHERE id = :id", export.id())))
                    .isBetween(90, 95);
        }

        @Test
        void holdsAsManyRecordsAsItCanAndTheManifestAllOfThem() {
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = claimed();
            DeliveredFile small = Exports.anyFileOf(export);
            DeliveredFile huge = new DeliveredFile(
                    small.location(),
                    small.contentType(),
                    5_000_000_000_000L,
                    small.sha256(),
                    small.snapshotAt(),
                    small.schemaVersion(),
                    Map.of(LearningDatasets.INTERACTIONS, 3_000_000_000L),
                    List.of(),
                    List.of());

            postgres.history().complete(export, huge, RETENTION);

            assertThat(entry(export.id()).records()).isEqualTo(Integer.MAX_VALUE);
            assertThat(entry(export.id()).bytes()).isEqualTo(5_000_000_000_000L);
            assertThat(entry(export.id()).manifest()).contains("\"interactions\": 3000000000");
        }

        @Test
        void holdsHostileTextAsItIs() {
            String hostile = "'); DROP TABLE public.export_history; -- \" \\ :id ? $1 {}";
            postgres.history().request(Requests.of(postgres.addUser()));
            Export.Processing export = postgres.history().claim(hostile, LEASE).orElseThrow();

            postgres.history().fail(export, new Failure(Failure.Code.INTERNAL, hostile));

            assertThat(entry(export.id()).error()).isEqualTo("internal: " + hostile);
        }

        @Test
        void namesTheWorkerInOneLegibleLine() {
            UUID id =
                    postgres.history().request(Requests.of(postgres.addUser())).id();

            postgres.history().claim("worker\u0000\n1", LEASE);

            assertThat(text("SELECT owner FROM satchel.export_lease WHERE export_id = :id", id))
                    .isEqualTo("worker��1");
        }
    }
}
