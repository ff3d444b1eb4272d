package dev.satchel.batchexport.observe.health;

import dev.satchel.batchexport.database.MigratedSchema;
import dev.satchel.delivery.FailureDiagnosis;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Whether the database answers, accepts the login and was migrated by this version. It reads no table that grows. */
public final class DatabaseCheck implements HealthCheck {

    private final DataSource dataSource;
    private final Reasons reasons;

    public DatabaseCheck(DataSource dataSource, FailureDiagnosis diagnosis) {
        this.dataSource = dataSource;
        this.reasons = new Reasons(diagnosis);
    }

    @Override
    public CheckResult check() {
        try (Connection connection = dataSource.getConnection()) {
            MigratedSchema.require(connection, "of the data source");
            return CheckResult.passed("the database answers");
        } catch (SQLException | RuntimeException failed) {
            return CheckResult.failed(reasons.of(failed));
        }
    }
}
