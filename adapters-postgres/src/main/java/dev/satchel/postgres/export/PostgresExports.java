package dev.satchel.postgres.export;

import dev.satchel.archive.HistoryArchive;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.partition.ExportParts;
import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.UploadJournal;
import java.time.Duration;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ports for exports, their files and their stores. */
public final class PostgresExports {

    /** Longer than the statement takes on a busy server, and shorter than a monitor waits for its answer. */
    private static final Duration HURRY = Duration.ofSeconds(3);

    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final JdbcClient hurried;
    private final Supplier<DatasetCatalogue> datasets;

    public PostgresExports(DataSource dataSource, Supplier<DatasetCatalogue> datasets) {
        this.dataSource = dataSource;
        this.jdbc = StatementSettings.client(dataSource);
        this.hurried = StatementSettings.client(dataSource, HURRY);
        this.datasets = datasets;
    }

    public ExportHistory history() {
        return new PostgresExportHistory(jdbc, datasets);
    }

    public ExportCatalog catalog() {
        return new PostgresExportCatalog(jdbc, hurried);
    }

    public UploadJournal uploadJournal() {
        return new PostgresUploadJournal(jdbc);
    }

    public KnownStores knownStores() {
        return new PostgresKnownStores(jdbc);
    }

    public ExportParts parts() {
        return new PostgresExportParts(jdbc, datasets);
    }

    public ProbeRecords probeRecords() {
        return new PostgresProbeRecords(jdbc);
    }

    public HistoryArchive archive() {
        return new PostgresHistoryArchive(jdbc, dataSource);
    }
}
