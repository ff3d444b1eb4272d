package dev.satchel.batchexport.bench.export.peer;

import dev.satchel.batchexport.bench.measure.Contestant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.support.ResourcelessJobRepository;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;

/**
 * One job of Spring Batch for all rows, with its fastest repository, the one without a database. It writes to a temporary
 * file, because its writers need one.
 */
public record BatchToFile(String name, UserQuery query, boolean json, Path folder) implements Contestant {

    public static BatchToFile csv(UserQuery query, Path folder) {
        return new BatchToFile("batch-csv", query, false, folder);
    }

    public static BatchToFile json(UserQuery query, Path folder) {
        return new BatchToFile("batch-json", query, true, folder);
    }

    @Override
    public String sink() {
        return "directory";
    }

    @Override
    public Attempt prepare() throws SQLException, IOException {
        return new Running(this, query.begin(), Files.createTempFile(folder, name, null));
    }

    private record Running(BatchToFile job, Connection connection, Path file) implements Attempt {

        @Override
        public Amount run() throws SQLException, IOException {
            long rows = new StockStep(new ResourcelessJobRepository(), new ResourcelessTransactionManager())
                    .run(connection, job.query.select(), job.json, file, new JobParameters());
            return new Amount(rows, Files.size(file));
        }

        @Override
        public void close() throws SQLException, IOException {
            connection.close();
            Files.delete(file);
        }
    }
}
