package dev.satchel.postgres;

import dev.satchel.export.DatasetCatalogue;
import dev.satchel.export.DatasetFinding;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.FileLedger;
import dev.satchel.export.KnownStores;
import dev.satchel.export.ProbeRecords;
import dev.satchel.export.UserRecords;
import dev.satchel.keys.DataKeys;
import dev.satchel.keys.EarlierKeys;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyEncryptionKeys;
import dev.satchel.keys.KeyVault;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.progress.ProgressUpkeep;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Satchel's ports on one PostgreSQL database, into which Satchel's migrations have been applied.
 *
 * <p>Built by hand from a data source, or by Spring: plain Spring imports it, and Boot finds it by itself where there is
 * one data source, or one that is primary; a service with several builds it by hand from the right one. The data source
 * logs in as a member of {@code satchel_runtime}, or of the role of the part that is used: {@code satchel_exports}, {@code
 * satchel_vault} or {@code satchel_rotation}. Everything it hands out is safe for use by many threads.
 *
 * <p>The vault needs {@link KeyEncryptionKeys}, such as {@link FileKeyEncryptionKeys}; a service that keeps no keys needs
 * none, and then has no vault.
 */
@AutoConfiguration(afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnSingleCandidate(DataSource.class)
@Configuration(proxyBeanMethods = false)
public final class SatchelPostgres {

    /** Longer than any export should read; a snapshot held open keeps vacuum from removing what died meanwhile. */
    private static final Duration MAX_SNAPSHOT_AGE = Duration.ofHours(1);

    private static final int MOST_CACHED_DATA_KEYS = 10_000;

    /** How long a process goes on using a data key after its key-encryption key was taken away from it. */
    private static final Duration DATA_KEY_TIME_TO_LIVE = Duration.ofMinutes(5);

    private final DataSource dataSource;
    private final PostgresDatasets datasets;
    private final JdbcClient jdbc;
    private final DataKeyCache dataKeyCache =
            new DataKeyCache(MOST_CACHED_DATA_KEYS, DATA_KEY_TIME_TO_LIVE, System::nanoTime);

    /** Exports the built-in datasets. */
    public SatchelPostgres(DataSource dataSource) {
        this(dataSource, PostgresDatasets.builtIn());
    }

    /** What Spring calls: exports the datasets that a bean names, or the built-in ones. */
    @Autowired
    SatchelPostgres(DataSource dataSource, ObjectProvider<PostgresDatasets> datasets) {
        this(dataSource, datasets.getIfAvailable(PostgresDatasets::builtIn));
    }

    /** Exports these datasets. */
    public SatchelPostgres(DataSource dataSource, PostgresDatasets datasets) {
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.jdbc = StatementSettings.client(dataSource);
    }

    /** What exports can be asked for. */
    @Bean
    @ConditionalOnMissingBean
    public DatasetCatalogue datasets() {
        return datasets.catalogue();
    }

    /** The life cycle of every export. */
    @Bean
    @ConditionalOnMissingBean
    public ExportHistory exportHistory() {
        return new PostgresExportHistory(jdbc, datasets.catalogue());
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
        return new PostgresUserRecords(dataSource, datasets, MAX_SNAPSHOT_AGE);
    }

    /** The objects that exports have written to the store. */
    @Bean
    @ConditionalOnMissingBean
    public FileLedger fileLedger() {
        return new PostgresFileLedger(jdbc);
    }

    /** The stores that exports have written to. */
    @Bean
    @ConditionalOnMissingBean
    public KnownStores knownStores() {
        return new PostgresKnownStores(jdbc);
    }

    /** The objects that tried a store. */
    @Bean
    @ConditionalOnMissingBean
    public ProbeRecords probeRecords() {
        return new PostgresProbeRecords(jdbc);
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

    /** The users' keys, sealed. Each step is a transaction of its own, on a connection of its own. */
    @Bean
    @Lazy
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean
    public KeyVault keyVault(KeyEncryptionKeys keyEncryptionKeys) {
        return new PostgresKeyVault(
                jdbc, StatementSettings.ownTransactions(dataSource), keyEncryptionKeys, dataKeyCache);
    }

    /** What a rotation wraps anew. Emptying the vault's cache, it belongs to the vault of the same object. */
    @Bean
    @Lazy
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean
    public DataKeys dataKeys(KeyEncryptionKeys keyEncryptionKeys) {
        return new PostgresDataKeys(jdbc, keyEncryptionKeys, dataKeyCache);
    }

    /** What was done with keys. */
    @Bean
    @ConditionalOnMissingBean
    public KeyAudit keyAudit() {
        return new PostgresKeyAudit(jdbc);
    }

    /** The keys of before Satchel, which only the owner of their table may read. */
    public EarlierKeys earlierKeys() {
        return new PostgresEarlierKeys(dataSource);
    }

    /**
     * The live tables and columns that hold data of users and that no export knows of, one sentence each. Reads the
     * catalog only.
     */
    public List<String> exportGaps() {
        return new ExportCoverage(dataSource, datasets).gaps();
    }

    /**
     * What keeps the datasets from being exported whole, by their users alone and without secrets. Reads the catalog only.
     *
     * @throws SQLException if the database cannot be asked
     */
    public List<DatasetFinding> datasetFindings() throws SQLException {
        List<String> gaps = exportGaps();
        return inReadOnlyTransaction(
                datasets.schemas(), (connection, live) -> new DatasetCheck(datasets, live).findings(connection, gaps));
    }

    /**
     * A file with a draft of datasets for every table of {@code public}, of the schemas of the datasets and of these that
     * leads to users and that no dataset knows. Reads the catalog only.
     *
     * @throws SQLException if the database cannot be asked
     */
    public String proposedDatasets(Collection<String> schemas) throws SQLException {
        Set<String> all = datasets.schemas();
        all.addAll(schemas);
        return inReadOnlyTransaction(all, (connection, live) -> new DatasetProposal(datasets, live).yaml());
    }

    private <T> T inReadOnlyTransaction(Set<String> schemas, Reading<T> reading) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                StatementSettings.set(connection);
                return reading.read(connection, LiveCatalogue.read(connection, schemas));
            } finally {
                connection.rollback();
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    /** What is read from a catalog. */
    private interface Reading<T> {
        T read(Connection connection, LiveCatalogue live) throws SQLException;
    }
}
