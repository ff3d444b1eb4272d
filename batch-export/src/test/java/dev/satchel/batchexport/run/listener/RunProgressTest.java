package dev.satchel.batchexport.run.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.delivery.Delivery;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import me.tongfei.progressbar.ProgressBarConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the bar of a run shows. */
class RunProgressTest {

    private static final Dataset PROFILE =
            PostgresDatasets.builtIn().catalogue().datasets().get(0);
    private static final ExportRequest REQUEST =
            new ExportRequest(new UserId(new UUID(0, 1)), ExportType.of(PROFILE), ExportFormat.CSV, ExportFilters.NONE);

    private final Shown shown = new Shown();

    @Test
    void showsHowManyOfHowManyWithRowsBytesAndRate() {
        try (RunProgress progress = RunProgress.shownTo(shown)) {
            progress.expect(() -> 4);
            progress.delivered(delivered(1_200, 1_500_000));
            progress.delivered(delivered(34, 500_000));
        }

        assertThat(shown.last()).startsWith("exports").contains("50%", "2/4", "/s 1,234 rows, 2.0 MB");
    }

    @Test
    void countsAttemptsThatCameUnexpected() {
        try (RunProgress progress = RunProgress.shownTo(shown)) {
            progress.expect(() -> 1);
            progress.delivered(delivered(1, 1));
            progress.released(new Delivery.Released(new Export.Pending(UUID.randomUUID(), REQUEST, Instant.EPOCH, 0)));
        }

        assertThat(shown.last()).contains("100%", "2/2");
    }

    @Test
    void doesNotInventATotalWhereNoneIsKnown() {
        try (RunProgress progress = RunProgress.shownTo(shown)) {
            progress.delivered(delivered(1, 1));
        }

        assertThat(shown.last()).contains("1/?").doesNotContain("100%");
    }

    @Test
    void hasNoColoursOfItsOwn() {
        try (RunProgress progress = RunProgress.shownTo(shown)) {
            progress.delivered(delivered(1, 1));
        }

        assertThat(shown.last()).doesNotContain("\u001B");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "999949, 999.9 kB",
        "999950, 1.0 MB",
        "1500000000, 1.5 GB",
        "2500000000000000, 2500.0 TB"
    })
    void writesBytesInTheLargestUnit(long bytes, String written) {
        assertThat(RunProgress.readable(bytes)).isEqualTo(written);
    }

    private static Delivery.Delivered delivered(long records, long bytes) {
        return new Delivery.Delivered(new Export.Completed(
                UUID.randomUUID(),
                REQUEST,
                new DeliveredFile(
                        URI.create("file:///x"),
                        "text/csv",
                        bytes,
                        "0".repeat(64),
                        Instant.EPOCH,
                        "1",
                        Map.of(PROFILE, records),
                        List.of(),
                        List.of()),
                Instant.EPOCH,
                Instant.EPOCH));
    }

    /** The lines that were shown; the thread of the bar writes them. */
    private static final class Shown implements ProgressBarConsumer {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        String last() {
            return lines.get(lines.size() - 1);
        }

        @Override
        public int getMaxRenderedLength() {
            return 120;
        }

        @Override
        public void accept(String line) {
            lines.add(line);
        }

        @Override
        public void close() {}
    }
}
