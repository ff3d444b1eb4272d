package dev.satchel.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;

/**
 * db-scheduler: a one-time task for each export. A worker whose heartbeat is missing four times is dead, and its executions
 * are picked up by another (its own default is five minutes and six times).
 */
final class DbSchedulerPeer implements Peer {

    private static final int MISSED_HEARTBEATS = 4;

    private static final String TABLE = """
            CREATE TABLE scheduled_tasks (
                task_name            text        NOT NULL,
                task_instance        text        NOT NULL,
                task_data            bytea,
                execution_time       timestamptz NOT NULL,
                picked               boolean     NOT NULL,
                picked_by            text,
                last_success         timestamptz,
                last_failure         timestamptz,
                consecutive_failures integer,
                last_heartbeat       timestamptz,
                version              bigint      NOT NULL,
                priority             smallint,
                PRIMARY KEY (task_name, task_instance)
            );
            CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
            CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
            """;

    private final DataSource database;
    private final OneTimeTask<Void> task;
    private final Scheduler scheduler;

    DbSchedulerPeer(DataSource database, PlainExport export) {
        this.database = database;
        task = Tasks.oneTime("export").execute((instance, context) -> export.deliver(instance.getId()));
        scheduler = Scheduler.create(database, task)
                .schedulerName(new SchedulerName.Fixed(Settings.worker()))
                .threads(1)
                .pollingInterval(Duration.ofSeconds(1))
                .heartbeatInterval(Settings.lease().dividedBy(MISSED_HEARTBEATS))
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .registerShutdownHook()
                .build();
    }

    @Override
    public void prepare() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
    }

    @Override
    public void enqueue(String export) {
        scheduler.schedule(task.instance(export), Instant.now());
    }

    @Override
    public void work() {
        scheduler.start();
    }
}
