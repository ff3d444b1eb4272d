package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.export.Export;
import dev.satchel.export.Requests;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.ExportParts;
import dev.satchel.partition.RecordRange;
import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.record.Dataset;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class PostgresExportPartsIT extends PostgresExportFixture {

    private static final Dataset DATASET = new Dataset("sessions", "", Set.of());

    /** A row that no thread knows of would keep the export waiting until its worker counts as silent. */
    @Test
    void givesBackAPartWhoseClaimFailedInTheJvmAfterItsStatement() {
        Error failure = new OutOfMemoryError("in the middle");
        postgres.history().request(Requests.of(postgres.addUser()));
        Export.Processing export = claimed();
        JdbcClient worker = StatementSettings.client(postgres.database().workerDataSource());
        ExportParts parts = new PostgresExportParts(worker, () -> {
            throw failure;
        });
        DivisibleRecords.Divided divided = new DivisibleRecords.Divided(
                DATASET, "00000003-0000001B-1", List.of(new RecordRange(List.of(), List.of())), () -> {});
        parts.add(export, divided, "csv", List.of(URI.create("file:///exports/1.part")));

        assertThatThrownBy(() -> parts.claim(export.token(), 1, "other")).isSameAs(failure);

        assertThat(parts.progress(export.token(), Duration.ofMinutes(1)))
                .extracting(ExportParts.Progress::state)
                .containsExactly(ExportParts.State.GIVEN_BACK);
    }
}
