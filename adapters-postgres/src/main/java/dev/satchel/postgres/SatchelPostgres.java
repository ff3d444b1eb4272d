package dev.satchel.postgres;

import dev.satchel.archive.HistoryArchive;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.legacy.LegacyKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.ExportParts;
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
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Satchel's ports on one PostgreSQL database that Satchel's migrations were applied to.
 *
 * <p>Create it with a data source, import it as a configuration of Spring, or let Spring Boot import it, by {@link
 * SatchelPostgresAutoConfiguration}. The login of the data source must be a member of {@code
 * satchel_runtime}, or of the role of the part in use: {@code satchel_exports}, {@code satchel_vault} or {@code
 * satchel_rotation}. All objects that it returns are safe for use by many threads.
 *
 * <p>The vault needs a bean of {@link KeyEncryptionKeys}, such as {@link FileKeyEncryptionKeys}. Without it, there is
 * no vault.
 */
@Configuration(proxyBeanMethods = false)
public final class SatchelPostgres {

    private final PostgresDatasets datasets;
    private final PostgresUserRecords records;
    private final PostgresExports exports;
    private final PostgresProgress progress;
    private final PostgresKeys keys;
    private final LiveDatasets live;

    /** Creates the ports with the built-in datasets. */
    public SatchelPostgres(DataSource dataSource) {
        this(dataSource, PostgresDatasets.builtIn());
    }

    /**
     * Used by Spring: creates the ports on the data source that is marked with {@link SatchelDataSource}, or on the only or
     * primary one, with the datasets and the settings of beans, or with the built-in ones if there are no such beans.
     */
    @Autowired
    SatchelPostgres(
            ObjectProvider<DataSource> dataSource,
            @SatchelDataSource ObjectProvider<DataSource> marked,
            ObjectProvider<PostgresDatasets> datasets,
            ObjectProvider<PostgresSettings> settings) {
        this(
                marked.getIfAvailable(dataSource::getObject),
                datasets.getIfAvailable(PostgresDatasets::builtIn),
                settings.getIfAvailable(() -> PostgresSettings.DEFAULT));
    }

    /** Creates the ports with the given datasets. */
    public SatchelPostgres(DataSource dataSource, PostgresDatasets datasets) {
        this(dataSource, datasets, PostgresSettings.DEFAULT);
    }

    /** Creates the ports with the given datasets and limits. */
    public SatchelPostgres(DataSource dataSource, PostgresDatasets datasets, PostgresSettings settings) {
        this.datasets = datasets;
        this.records = new PostgresUserRecords(dataSource, datasets, settings.maxSnapshotAge());
        this.exports = new PostgresExports(dataSource, datasets::catalogue);
        this.progress = new PostgresProgress(dataSource);
        this.keys = new PostgresKeys(dataSource, settings.maxCachedDataKeys(), settings.dataKeyTimeToLive());
        this.live = new LiveDatasets(dataSource, datasets);
    }

    /** The datasets that can be exported. */
    @Bean("satchelDatasets")
    @ConditionalOnMissingBean
    public DatasetCatalogue datasets() {
        return datasets.catalogue();
    }

    /** The states of all exports. */
    @Bean("satchelExportHistory")
    @ConditionalOnMissingBean
    public ExportHistory exportHistory() {
        return exports.history();
    }

    /** The read-only view of the export history. */
    @Bean("satchelExportCatalog")
    @ConditionalOnMissingBean
    public ExportCatalog exportCatalog() {
        return exports.catalog();
    }

    /** Reads users' records with the rights of the user, in one snapshot of a limited age. */
    @Bean("satchelUserRecords")
    @ConditionalOnMissingBean(UserRecords.class)
    public DivisibleRecords userRecords() {
        return records;
    }

    /** The history of exports, as far as it is moved to files. */
    @Bean("satchelHistoryArchive")
    @ConditionalOnMissingBean
    public HistoryArchive historyArchive() {
        return exports.archive();
    }

    /** The record of objects that exports wrote to a store. */
    @Bean("satchelUploadJournal")
    @ConditionalOnMissingBean
    public UploadJournal uploadJournal() {
        return exports.uploadJournal();
    }

    /** The parts of exports that several processes deliver together. */
    @Bean("satchelExportParts")
    @ConditionalOnMissingBean
    public ExportParts exportParts() {
        return exports.parts();
    }

    /** The stores that exports wrote to. */
    @Bean("satchelKnownStores")
    @ConditionalOnMissingBean
    public KnownStores knownStores() {
        return exports.knownStores();
    }

    /** The record of probe objects. */
    @Bean("satchelProbeRecords")
    @ConditionalOnMissingBean
    public ProbeRecords probeRecords() {
        return exports.probeRecords();
    }

    /** Reads the progress of learners, which triggers on the application's tables maintain. */
    @Bean("satchelLearnerProgress")
    @ConditionalOnMissingBean
    public LearnerProgress learnerProgress() {
        return progress.learnerProgress();
    }

    /** Maintenance of progress. */
    @Bean("satchelProgressUpkeep")
    @ConditionalOnMissingBean
    public ProgressUpkeep progressUpkeep() {
        return progress.upkeep();
    }

    /** The vault of users' keys. Each step uses a transaction and a connection of its own. */
    @Bean("satchelKeyVault")
    @Lazy
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean
    public KeyVault keyVault(KeyEncryptionKeys keyEncryptionKeys) {
        return keys.vault(keyEncryptionKeys);
    }

    /** The data keys that a rotation re-wraps. It shares a cache with {@link #keyVault}, which a rotation clears. */
    @Bean("satchelDataKeys")
    @Lazy
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean
    public DataKeys dataKeys(KeyEncryptionKeys keyEncryptionKeys) {
        return keys.dataKeys(keyEncryptionKeys);
    }

    /** Lends keys of the vault to functions, and wipes them afterwards. */
    @Bean("satchelUserKeys")
    @Lazy
    @ConditionalOnBean(KeyEncryptionKeys.class)
    @ConditionalOnMissingBean
    UserKeys userKeys(KeyVault keyVault) {
        return new UserKeys(keyVault);
    }

    /** Reads the audit log of keys. */
    @Bean("satchelKeyAudit")
    @ConditionalOnMissingBean
    public KeyAudit keyAudit() {
        return keys.audit();
    }

    /** The legacy keys, which only the owner of their table may read. */
    public LegacyKeys legacyKeys() {
        return keys.legacyKeys();
    }

    /**
     * One sentence for each live table or column that holds users' data and is not covered by a dataset. Reads the
     * database's catalog only.
     */
    public List<String> exportGaps() {
        return live.gaps();
    }

    /**
     * The problems of the datasets in the live database. Reads the database's catalog only.
     *
     * @throws SQLException if the database reports an error
     */
    public List<DatasetFinding> datasetFindings() throws SQLException {
        return live.findings();
    }

    /**
     * The text of a file with draft datasets for every table that leads to users and that no dataset covers. Looks in
     * {@code public}, in the schemas of the datasets and in {@code schemas}. Reads the database's catalog only.
     *
     * @throws SQLException if the database reports an error
     */
    public String proposedDatasets(Collection<String> schemas) throws SQLException {
        return live.proposal(schemas);
    }
}
