package dev.satchel.batchexport.bench.export.peer;

import dev.satchel.batchexport.bench.measure.Contestant;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** A COPY of PostgreSQL, whose bytes pgjdbc receives and drops. */
public final class CopyToNothing implements Contestant {

    private final String name;
    private final UserQuery query;
    private final String copy;

    private CopyToNothing(String name, UserQuery query, String copy) {
        this.name = name;
        this.query = query;
        this.copy = copy;
    }

    public static CopyToNothing csv(UserQuery query) {
        return new CopyToNothing("copy-csv", query, "COPY (" + query.select() + ") TO STDOUT (FORMAT csv, HEADER)");
    }

    /** What Satchel itself reads, so that this is the limit of one connection. */
    public static CopyToNothing binary(UserQuery query) {
        return new CopyToNothing("copy-binary", query, "COPY (" + query.select() + ") TO STDOUT (FORMAT binary)");
    }

    /** Needs PostgreSQL 19. */
    public static CopyToNothing json(UserQuery query) {
        return new CopyToNothing("copy-json", query, "COPY (" + query.select() + ") TO STDOUT (FORMAT json)");
    }

    public static CopyToNothing rowToJson(UserQuery query) {
        return new CopyToNothing(
                "row-to-json",
                query,
                "COPY (SELECT row_to_json(record) FROM (" + query.select() + ") AS record) TO STDOUT");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String sink() {
        return "nothing";
    }

    @Override
    public Attempt prepare() throws SQLException {
        return new Copying(query.begin(), copy);
    }

    private record Copying(Connection connection, String copy) implements Attempt {

        @Override
        public Amount run() throws SQLException, IOException {
            CountingOutputStream out = new CountingOutputStream();
            long rows = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy, out);
            return new Amount(rows, out.count());
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
