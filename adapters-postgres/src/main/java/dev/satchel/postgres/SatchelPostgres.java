package dev.satchel.postgres;

import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.legacy.LegacyKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.dataset.check.LiveDatasets;
import dev.satchel.postgres.export.PostgresExports;
import dev.satchel.postgres.keys.PostgresKeys;
import dev.satchel.postgres.progress.PostgresProgress;
import dev.satchel.postgres.records.PostgresUserRecords;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.progress.ProgressUpkeep;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.DatasetFinding;
import dev.satchel.record.UserRecords;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.UploadJournal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
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

    private final PostgresDatasets datasets;
    private final PostgresUserRecords records;
    private final PostgresExports exports;
    private final PostgresProgress progress;
    private final PostgresKeys keys;
    private final LiveDatasets live;

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
        this.datasets = datasets;
        this.records = new PostgresUserRecords(dataSource, datasets, MAX_SNAPSHOT_AGE);
        this.exports = new PostgresExports(dataSource, datasets.catalogue());
        this.progress = new PostgresProgress(dataSource);
        this.keys = new PostgresKeys(dataSource);
        this.live = new LiveDatasets(dataSource, datasets);
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
        return exports.history();
    }

    /** What the history shows. */
    @Bean
    @ConditionalOnMissingBean
    public ExportCatalog exportCatalog() {
        return exports.catalog();
    }

    /** The users' own records, each read with its user's rights, in one snapshot that may last an hour. */
    @Bean
    @ConditionalOnMissingBean
    public UserRecords userRecords() {
        return records;
    }

    /** The objects that exports have written to the store. */
    @Bean
    @ConditionalOnMissingBean
    public UploadJournal uploadJournal() {
        return exports.uploadJournal();
    }

    /** The stores that exports have written to. */
    @Bean
    @ConditionalOnMissingBean
    public KnownStores knownStores() {
        return exports.knownStores();
    }

    /** The objects that tried a store. */
    @Bean
    @ConditionalOnMissingBean
    public ProbeRecords probeRecords() {
        return exports.probeRecords();
    }

    /** The progress of learners, as the triggers on the application's tables keep it. */
    @Bean
    @ConditionalOnMissingBean
    public LearnerProgress learnerProgress() {
        return progress.learnerProgress();
    }

    /** What keeps progress right as time passes. */
    @Bean
    @ConditionalOnMissingBean
    public ProgressUpkeep progressUpkeep() {
        return progress.upkeep();
    }

    /** The users' keys, sealed. Each step is a transaction of its own, on a connection of its own. */
    @Bean
    @Lazy
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean
    public KeyVault keyVault(KeyEncryptionKeys keyEncryptionKeys) {
        return keys.vault(keyEncryptionKeys);
    }

    /** What a rotation re-wraps. Emptying the vault's cache, it belongs to the vault of the same object. */
    @Bean
    @Lazy
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean
    public DataKeys dataKeys(KeyEncryptionKeys keyEncryptionKeys) {
        return keys.dataKeys(keyEncryptionKeys);
    }

    /** What was done with keys. */
    @Bean
    @ConditionalOnMissingBean
    public KeyAudit keyAudit() {
        return keys.audit();
    }

    /** The keys of before Satchel, which only the owner of their table may read. */
    public LegacyKeys legacyKeys() {
        return keys.legacyKeys();
    }

    /**
     * The live tables and columns that hold data of users and that no export knows of, one sentence each. Reads the
     * catalog only.
     */
    public List<String> exportGaps() {
        return live.gaps();
    }

    /**
     * What keeps the datasets from being exported whole, by their users alone and without secrets. Reads the catalog only.
     *
     * @throws SQLException if the database cannot be asked
     */
    public List<DatasetFinding> datasetFindings() throws SQLException {
        return live.findings();
    }

    /**
     * A file with a draft of datasets for every table of {@code public}, of the schemas of the datasets and of these that
     * leads to users and that no dataset knows. Reads the catalog only.
     *
     * @throws SQLException if the database cannot be asked
     */
    public String proposedDatasets(Collection<String> schemas) throws SQLException {
        return live.proposal(schemas);
    }
}
