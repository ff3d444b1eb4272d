package dev.satchel.batchexport.bench.export.peer;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.bench.measure.Contestant;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;

/**
 * For each user the COPY that Satchel reads, as the same role in a transaction of its own, on as many threads as Satchel
 * has slots; the bytes are received and dropped. Nothing is claimed, counted, encoded, stored or recorded, so this is the
 * floor: no export can take less. It runs in this process, which is warm.
 */
public record CopyOfEach(List<UserQuery> queries, int threads) implements Contestant {

    @Override
    public String name() {
        return "copy-each";
    }

    @Override
    public String sink() {
        return "nothing";
    }

    @Override
    public Attempt prepare() {
        HikariDataSource pool = new HikariDataSource();
        pool.setDataSource(queries.get(0).worker());
        pool.setMaximumPoolSize(threads);
        return new Running(this, pool);
    }

    private record Running(CopyOfEach copies, HikariDataSource pool) implements Attempt {

        @Override
        public Amount run() {
            ExecutorService threads = Executors.newFixedThreadPool(copies.threads);
            try {
                List<Future<Amount>> results = new ArrayList<>();
                for (UserQuery query : copies.queries) {
                    results.add(threads.submit(() -> copy(query)));
                }
                long rows = 0;
                long bytes = 0;
                for (Future<Amount> result : results) {
                    rows += result.get().rows();
                    bytes += result.get().bytes();
                }
                return new Amount(copies.queries.size(), rows, bytes);
            } catch (ExecutionException failed) {
                throw new IllegalStateException("a COPY failed", failed.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", interrupted);
            } finally {
                threads.shutdownNow();
            }
        }

        private Amount copy(UserQuery query) throws SQLException, IOException {
            try (Connection connection = pool.getConnection()) {
                query.begin(connection);
                CountingOutputStream out = new CountingOutputStream();
                long rows = connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY (" + query.select() + ") TO STDOUT (FORMAT binary)", out);
                connection.rollback();
                return new Amount(rows, out.count());
            }
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
