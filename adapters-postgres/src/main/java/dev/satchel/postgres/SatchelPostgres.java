package dev.satchel.postgres;

import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.FileLedger;
import dev.satchel.export.UserRecords;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.progress.ProgressUpkeep;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Satchel's ports on one PostgreSQL database, into which Satchel's migrations have been applied.
 *
 * <p>Built by hand from a data source, or by Spring: plain Spring imports it, and Boot finds it by itself where there is
 * one data source, or one that is primary; a service with several builds it by hand from the right one. The data source
 * logs in as a member of {@code satchel_runtime}. Everything it hands out is safe for use by many threads.
 */
@AutoConfiguration(afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnSingleCandidate(DataSource.class)
@Configuration(proxyBeanMethods = false)
public final class SatchelPostgres {

    /** Longer than any export should read; a snapshot held open keeps vacuum from removing what died meanwhile. */
    private static final Duration MAX_SNAPSHOT_AGE = Duration.ofHours(1);

    private final DataSource dataSource;
    private final JdbcClient jdbc;

    public SatchelPostgres(DataSource dataSource) {
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
    }

    /** The life cycle of every export. */
    @Bean
    @ConditionalOnMissingBean
    public ExportHistory exportHistory() {
        return new PostgresExportHistory(jdbc);
    }

    /** What the history shows. */
    @Bean
    @ConditionalOnMissingBean
    public ExportCatalog exportCatalog() {
        return new PostgresExportCatalog(jdbc);
    }

    /** The users' own records, each read with its user's rights, in one snapshot that may last an hour. */
    @Bean
    @ConditionalOnMissingBean
    public UserRecords userRecords() {
        return new PostgresUserRecords(dataSource, MAX_SNAPSHOT_AGE);
    }

    /** The objects that exports have written to the store. */
    @Bean
    @ConditionalOnMissingBean
    public FileLedger fileLedger() {
        return new PostgresFileLedger(jdbc);
    }

    /** The progress of learners, as the triggers on the application's tables keep it. */
    @Bean
    @ConditionalOnMissingBean
    public LearnerProgress learnerProgress() {
        return new PostgresLearnerProgress(jdbc);
    }

    /** What keeps progress right as time passes. */
    @Bean
    @ConditionalOnMissingBean
    public ProgressUpkeep progressUpkeep() {
        return new PostgresProgressUpkeep(dataSource);
    }

    /**
     * The live tables and columns that hold data of users and that no export knows of, one sentence each. Reads the
     * catalog only.
     */
    public List<String> exportGaps() {
        return new ExportCoverage(dataSource).gaps();
    }
}
