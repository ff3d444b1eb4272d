package dev.satchel.batchexport.bench.export.peer;

import dev.satchel.batchexport.bench.measure.Contestant;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** A JDBC cursor whose rows Commons CSV prints into nothing, as a careful program without Satchel would do it. */
public record CursorToNothing(UserQuery query) implements Contestant {

    private static final int FETCH = 1000;

    @Override
    public String name() {
        return "cursor-csv";
    }

    @Override
    public String sink() {
        return "nothing";
    }

    @Override
    public Attempt prepare() throws SQLException {
        return new Reading(query.begin(), query.select());
    }

    private record Reading(Connection connection, String select) implements Attempt {

        @Override
        public Amount run() throws SQLException, IOException {
            CountingOutputStream out = new CountingOutputStream();
            long records = 0;
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(FETCH);
                try (ResultSet rows = statement.executeQuery(select);
                        CSVPrinter csv = new CSVPrinter(
                                new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8)),
                                CSVFormat.RFC4180.builder().setHeader(rows).get())) {
                    int columns = rows.getMetaData().getColumnCount();
                    while (rows.next()) {
                        for (int column = 1; column <= columns; column++) {
                            csv.print(rows.getString(column));
                        }
                        csv.println();
                        records++;
                    }
                }
            }
            return new Amount(records, out.count());
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
