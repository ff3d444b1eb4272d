package dev.satchel.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

/**
 * {@code PeerProgram SYSTEM ask} makes the tables, prints {@code ready}, then reads a user from each line and prints the id of
 * the export that it asked for; {@code PeerProgram SYSTEM work} delivers exports until it is told to stop.
 */
public final class PeerProgram {

    private PeerProgram() {}

    /** The program. */
    public static void main(String[] args) throws Exception {
        HikariDataSource database = Settings.database();
        PlainExport export = new PlainExport(database, Settings.s3());
        Peer peer = switch (args[0]) {
            case "db-scheduler" -> new DbSchedulerPeer(database, export);
            case "jobrunr" -> new JobRunrPeer(database, export);
            case "dbos" -> new DbosPeer(database, export);
            case "spring-batch" -> new SpringBatchPeer(database, export);
            default -> throw new IllegalArgumentException("not a system: " + args[0]);
        };
        if (args[1].equals("ask")) {
            ask(peer, database);
        } else {
            peer.work();
            new CountDownLatch(1).await();
        }
    }

    private static void ask(Peer peer, HikariDataSource database) throws IOException, SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(PlainExport.TABLE);
        }
        peer.prepare();
        System.out.println("ready");
        BufferedReader users = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String user = users.readLine(); user != null; user = users.readLine()) {
            String id;
            try (Connection connection = database.getConnection()) {
                id = PlainExport.ask(connection, user);
            }
            peer.enqueue(id);
            System.out.println(id);
        }
        System.exit(0);
    }
}
