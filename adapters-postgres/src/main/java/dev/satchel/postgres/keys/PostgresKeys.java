package dev.satchel.postgres.keys;

import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.legacy.LegacyKeys;
import dev.satchel.postgres.session.StatementSettings;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ports for keys. The vault and the data keys of one object share a cache, which a rotation clears. */
public final class PostgresKeys {

    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final DataKeyCache dataKeyCache;

    /** @param timeToLive how long a data key can be used after its key-encryption key was disabled or deleted */
    public PostgresKeys(DataSource dataSource, int maxCachedDataKeys, Duration timeToLive) {
        this.dataSource = dataSource;
        this.dataKeyCache = new DataKeyCache(maxCachedDataKeys, timeToLive, System::nanoTime);
        this.jdbc = StatementSettings.client(dataSource);
    }

    public KeyVault vault(KeyEncryptionKeys keyEncryptionKeys) {
        return new PostgresKeyVault(
                jdbc, StatementSettings.ownTransactions(dataSource), keyEncryptionKeys, dataKeyCache);
    }

    public DataKeys dataKeys(KeyEncryptionKeys keyEncryptionKeys) {
        return new PostgresDataKeys(jdbc, keyEncryptionKeys, dataKeyCache);
    }

    public KeyAudit audit() {
        return new PostgresKeyAudit(jdbc);
    }

    public LegacyKeys legacyKeys() {
        return new PostgresLegacyKeys(dataSource);
    }
}
