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

    private static final int MOST_CACHED_DATA_KEYS = 10_000;

    /** How long a process can use a cached data key after its key-encryption key was disabled or deleted. */
    private static final Duration DATA_KEY_TIME_TO_LIVE = Duration.ofMinutes(5);

    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final DataKeyCache dataKeyCache =
            new DataKeyCache(MOST_CACHED_DATA_KEYS, DATA_KEY_TIME_TO_LIVE, System::nanoTime);

    public PostgresKeys(DataSource dataSource) {
        this.dataSource = dataSource;
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
