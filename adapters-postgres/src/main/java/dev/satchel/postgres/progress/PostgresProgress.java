package dev.satchel.postgres.progress;

import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.progress.ProgressUpkeep;
import javax.sql.DataSource;

/** The ports for the progress of learners. */
public final class PostgresProgress {

    private final DataSource dataSource;

    public PostgresProgress(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public LearnerProgress learnerProgress() {
        return new PostgresLearnerProgress(StatementSettings.client(dataSource));
    }

    public ProgressUpkeep upkeep() {
        return new PostgresProgressUpkeep(dataSource);
    }
}
