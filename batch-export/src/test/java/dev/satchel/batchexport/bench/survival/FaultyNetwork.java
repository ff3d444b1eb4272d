package dev.satchel.batchexport.bench.survival;

import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.PostgresRestart;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Proxies between Satchel and its database and store, which fail when they are told to. */
final class FaultyNetwork implements Network, AutoCloseable {

    /** More than the client repeats, so that an attempt fails now and then. */
    private static final int FAILED_REQUESTS = 3;

    private final SatchelSubject satchel;
    private final FaultyProxy database;
    private final FaultyProxy store;
    private final Duration silence;
    private final Path log;

    /** Puts itself between; silences last so long. */
    FaultyNetwork(SatchelSubject satchel, Duration silence, Path log) throws IOException {
        this.satchel = satchel;
        this.silence = silence;
        this.log = log;
        URI databaseUrl = URI.create(satchel.setting("DATABASE_URL"));
        database = FaultyProxy.before(databaseUrl.getHost(), databaseUrl.getPort());
        satchel.set("DATABASE_URL", at(databaseUrl, database.port()));
        URI endpoint = URI.create(satchel.setting("SATCHEL_S3_ENDPOINT"));
        store = FaultyProxy.before(endpoint.getHost(), endpoint.getPort());
        satchel.set("SATCHEL_S3_ENDPOINT", at(endpoint, store.port()));
    }

    private static String at(URI url, int port) {
        return url.toString().replace(":" + url.getPort(), ":" + port);
    }

    @Override
    public void suffer(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case DATABASE_RESET -> reset(database);
            case DATABASE_SILENCE -> silence(database);
            case STORE_RESET -> reset(store);
            case STORE_SILENCE -> silence(store);
            case STORE_ERRORS -> store.fail(FAILED_REQUESTS);
            case DATABASE_RESTART -> {
                try {
                    PostgresRestart.of(satchel.database(), log);
                } catch (SQLException failed) {
                    throw new IOException("PostgreSQL did not come back", failed);
                }
            }
            default -> throw new IllegalArgumentException("not a fault of this network: " + fault);
        }
    }

    private static void reset(FaultyProxy proxy) {
        proxy.refuse();
        proxy.recover();
    }

    // Every request contains nothing.
    private void silence(FaultyProxy proxy) throws InterruptedException {
        proxy.hold("");
        TimeUnit.MILLISECONDS.sleep(silence.toMillis());
        proxy.release();
    }

    @Override
    public void close() throws IOException {
        database.close();
        store.close();
    }
}
