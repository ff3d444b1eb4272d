package dev.satchel.peers;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.DBOSClient;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Queue;
import dev.dbos.transact.workflow.Workflow;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * DBOS Transact: a workflow of one step for each export, from a queue. A worker that starts again puts the workflows that it
 * had begun back into the queue; without the vendor's service, no other worker does so for it.
 */
final class DbosPeer implements Peer {

    private static final String QUEUE = "exports";
    private static final String VERSION = "1";

    private final DataSource database;
    private final PlainExport export;
    private @Nullable DBOSClient client;

    DbosPeer(DataSource database, PlainExport export) {
        this.database = database;
        this.export = export;
    }

    /** What DBOS proxies. */
    public interface Deliveries {

        /** Delivers an export. */
        void deliver(String id);
    }

    /** The workflow. */
    public static final class Delivering implements Deliveries {

        private final DBOS dbos;
        private final PlainExport export;

        Delivering(DBOS dbos, PlainExport export) {
            this.dbos = dbos;
            this.export = export;
        }

        @Override
        @Workflow(name = "deliver")
        public void deliver(String id) {
            // One step: a worker that goes on after a step of another would not be seen to have taken the export up.
            dbos.runStep(() -> export.deliver(id), "deliver");
        }
    }

    private DBOS launch() {
        DBOS dbos = new DBOS(DBOSConfig.defaults("exports")
                .withDataSource(database)
                .withExecutorId(Settings.worker())
                .withAppVersion(VERSION));
        dbos.registerQueue(new Queue(QUEUE).withWorkerConcurrency(1).withPollingInterval(Duration.ofSeconds(1)));
        dbos.registerProxy(Deliveries.class, new Delivering(dbos, export));
        dbos.launch();
        return dbos;
    }

    /** Makes the tables, which the first launch does. */
    @Override
    public void prepare() {
        launch().shutdown();
        client = new DBOSClient(database);
    }

    @Override
    public void enqueue(String id) {
        Optional.ofNullable(client)
                .orElseThrow()
                .enqueueWorkflow(
                        new DBOSClient.EnqueueOptions("deliver", Delivering.class.getName(), QUEUE)
                                .withWorkflowId(id)
                                .withAppVersion(VERSION),
                        new Object[] {id});
    }

    @Override
    public void work() {
        DBOS dbos = launch();
        Runtime.getRuntime().addShutdownHook(new Thread(dbos::shutdown));
    }
}
