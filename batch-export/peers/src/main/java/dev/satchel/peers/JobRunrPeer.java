package dev.satchel.peers;

import static org.jobrunr.server.BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration;

import java.util.UUID;
import javax.sql.DataSource;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.configuration.JobRunrConfiguration;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.scheduling.BackgroundJobRequest;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;

/**
 * JobRunr: a job for each export. A server that misses four polls is dead, and its jobs are tried again (its own default is
 * 15 seconds; five are the least that it allows).
 */
final class JobRunrPeer implements Peer {

    private static final int MISSED_POLLS = 4;

    private final DataSource database;
    private final PlainExport export;

    JobRunrPeer(DataSource database, PlainExport export) {
        this.database = database;
        this.export = export;
    }

    /** What a job is about; public, as JobRunr asks. */
    public static final class Deliver implements JobRequest {

        private static final long serialVersionUID = 1;

        private String export = "";

        /** Made from JSON. */
        public Deliver() {}

        Deliver(String export) {
            this.export = export;
        }

        @Override
        public Class<Handler> getJobRequestHandler() {
            return Handler.class;
        }
    }

    /** Does a job. */
    public static final class Handler implements JobRequestHandler<Deliver> {

        private final PlainExport export;

        Handler(PlainExport export) {
            this.export = export;
        }

        @Override
        public void run(Deliver request) {
            export.deliver(request.export);
        }
    }

    // A container would make the handler.
    private <T> T handler(Class<T> type) {
        return type.cast(new Handler(export));
    }

    private JobRunrConfiguration configuration() {
        return JobRunr.configure().useStorageProvider(SqlStorageProviderFactory.using(database));
    }

    @Override
    public void prepare() {
        configuration().initialize();
    }

    @Override
    public void enqueue(String export) {
        BackgroundJobRequest.enqueue(UUID.fromString(export), new Deliver(export));
    }

    @Override
    public void work() {
        configuration()
                .useJobActivator(this::handler)
                .useBackgroundJobServer(usingStandardBackgroundJobServerConfiguration()
                        .andName(Settings.worker())
                        .andWorkerCount(1)
                        .andPollInterval(Settings.lease().dividedBy(MISSED_POLLS))
                        .andServerTimeoutPollIntervalMultiplicand(MISSED_POLLS))
                .initialize();
    }
}
