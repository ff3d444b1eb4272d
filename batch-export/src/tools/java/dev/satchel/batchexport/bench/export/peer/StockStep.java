package dev.satchel.batchexport.bench.export.peer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.springframework.batch.infrastructure.item.ItemStreamWriter;
import org.springframework.batch.infrastructure.item.database.builder.JdbcCursorItemReaderBuilder;
import org.springframework.batch.infrastructure.item.file.builder.FlatFileItemWriterBuilder;
import org.springframework.batch.infrastructure.item.file.transform.PassThroughFieldExtractor;
import org.springframework.batch.infrastructure.item.json.JacksonJsonObjectMarshaller;
import org.springframework.batch.infrastructure.item.json.builder.JsonFileItemWriterBuilder;
import org.springframework.core.io.FileSystemResource;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * A job of Spring Batch with the readers and writers that it comes with: a cursor in chunks of 1,000 rows, autocommit off,
 * into a flat file or a JSON file. What is not said here is as Spring Batch has it. The flat file is not quoted, which
 * would cost more, so that it is no valid CSV.
 */
final class StockStep {

    private static final int CHUNK = 1000;

    private final JobRepository repository;
    private final PlatformTransactionManager transactions;

    StockStep(JobRepository repository, PlatformTransactionManager transactions) {
        this.repository = repository;
        this.transactions = transactions;
    }

    /**
     * Runs one job.
     *
     * @return how many rows it wrote
     */
    long run(Connection connection, String select, boolean json, Path file, JobParameters parameters)
            throws SQLException {
        String name = "stock";
        SingleConnectionDataSource cursor = new SingleConnectionDataSource(connection, true);
        Job job = new JobBuilder(name, repository)
                .start(
                        json
                                ? step(cursor, select, StockStep::map, jsonFile(file))
                                : step(cursor, select, StockStep::texts, flatFile(file)))
                .build();
        JobExecution execution = repository.createJobExecution(
                repository.createJobInstance(name, parameters), parameters, new ExecutionContext());
        try {
            job.execute(execution);
        } catch (Exception failed) {
            throw new IllegalStateException("the job of Spring Batch failed", failed);
        }
        if (!ExitStatus.COMPLETED.getExitCode().equals(execution.getExitStatus().getExitCode())) {
            throw new IllegalStateException("the job of Spring Batch ended as " + execution.getExitStatus());
        }
        return execution.getStepExecutions().iterator().next().getWriteCount();
    }

    private <T> Step step(
            SingleConnectionDataSource cursor, String select, RowMapper<T> row, ItemStreamWriter<T> writer) {
        ItemStreamReader<T> reader = new JdbcCursorItemReaderBuilder<T>()
                .name("rows")
                .dataSource(cursor)
                .sql(select)
                .rowMapper(row)
                .fetchSize(CHUNK)
                .build();
        return new StepBuilder("export", repository)
                .<T, T>chunk(CHUNK)
                .transactionManager(transactions)
                .reader(reader)
                .writer(writer)
                .build();
    }

    private static ItemStreamWriter<String[]> flatFile(Path file) {
        return new FlatFileItemWriterBuilder<String[]>()
                .name("file")
                .resource(new FileSystemResource(file))
                .delimited(spec -> spec.fieldExtractor(new PassThroughFieldExtractor<>()))
                .build();
    }

    private static ItemStreamWriter<Map<String, String>> jsonFile(Path file) {
        return new JsonFileItemWriterBuilder<Map<String, String>>()
                .name("file")
                .resource(new FileSystemResource(file))
                .jsonObjectMarshaller(new JacksonJsonObjectMarshaller<>())
                .build();
    }

    private static String[] texts(ResultSet row, int number) throws SQLException {
        String[] texts = new String[row.getMetaData().getColumnCount()];
        for (int column = 0; column < texts.length; column++) {
            texts[column] = row.getString(column + 1);
        }
        return texts;
    }

    private static Map<String, String> map(ResultSet row, int number) throws SQLException {
        ResultSetMetaData columns = row.getMetaData();
        Map<String, String> map = new LinkedHashMap<>();
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            map.put(columns.getColumnLabel(column), row.getString(column));
        }
        return map;
    }
}
