package dev.satchel.batchexport.bench.export;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.bench.measure.Contestant;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.ExportReading;
import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.RetryPolicy;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Satchel's own road, from the claim to the completed export. The lease, the journal, the count of the user's rows, the
 * snapshot and the SHA-256 are in it.
 */
final class SatchelExport implements Contestant {

    private static final int CONNECTIONS = 4;

    private final String name;
    private final String sink;
    private final Settings settings;
    private final FileStore store;
    private final ExportRequest request;
    private long size;

    /**
     * @param name what is exported
     * @param sink the name of the store
     */
    SatchelExport(String name, String sink, Settings settings, FileStore store, ExportRequest request) {
        this.name = name;
        this.sink = sink;
        this.settings = settings;
        this.store = store;
        this.request = request;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String sink() {
        return sink;
    }

    /** The size of the last file. */
    long size() {
        return size;
    }

    // Both kinds of archives take the same way, so that the hash is all that they differ in.
    private UserRecords records(UserRecords records) {
        boolean isHashed = !name.equals(LargeExport.UNHASHED);
        return request.format() == ExportFormat.ARCHIVE
                ? (user, datasets, filters, sink, signal) ->
                        records.read(user, datasets, filters, new HashedOrNot(sink, isHashed), signal)
                : records;
    }

    @Override
    public Attempt prepare() throws SQLException, IOException {
        HikariDataSource pool = settings.database().pool(CONNECTIONS);
        SatchelPostgres satchel = new SatchelPostgres(pool, settings.datasets());
        ExportHistory history = satchel.exportHistory();
        ExportSettings exports = settings.exports();
        StoreCheck check =
                new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords());
        ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor();
        DeliverExport deliverExport = new DeliverExport(
                history,
                satchel.uploadJournal(),
                ExportReading.alone(records(satchel.userRecords())),
                settings.formats(),
                store,
                check,
                new KnownFailures(),
                RetryPolicy.DEFAULT,
                new DeliverExport.Heartbeats(heartbeats, () -> false, System::nanoTime),
                exports.settings(settings.datasets()::catalogue));
        check.probe();
        history.request(request);
        return new Attempt() {

            private Optional<URI> file = Optional.empty();

            @Override
            public Amount run() {
                Export.Processing export =
                        history.claim("bench", exports.lease()).orElseThrow();
                Delivery delivery = deliverExport.deliver(export, () -> false);
                if (!(delivery instanceof Delivery.Delivered delivered)) {
                    throw new IllegalStateException("the export was not delivered: " + delivery);
                }
                file = Optional.of(delivered.export().file().location());
                size = delivered.export().file().bytes();
                return new Amount(delivered.export().file().recordCount(), size);
            }

            @Override
            public void close() throws IOException {
                heartbeats.shutdownNow();
                pool.close();
                if (file.isPresent()) {
                    store.delete(file.get());
                }
            }
        };
    }
}
