package dev.satchel.batchexport.cli.keys;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.SQLException;

/** What the commands of the vault need: the key-encryption keys that SATCHEL_KEK names, and the vault they open. */
final class Kek {

    private Kek() {}

    /**
     * @throws SatchelException if the key-encryption keys are missing or unsafe, saying what to do
     * @throws SQLException if the database cannot be reached or was not migrated
     */
    static KeyVault keyVault(Console console) throws SQLException {
        Settings settings = new Settings(console.environment());
        KeyEncryptionKeys keys = keyEncryptionKeys(settings);
        return new SatchelPostgres(settings.database().migrated()).keyVault(keys);
    }

    /**
     * @throws SatchelException if the key-encryption keys are missing or unsafe, saying what to do
     * @throws SQLException if the database cannot be reached or was not migrated
     */
    static UserKeys userKeys(Console console) throws SQLException {
        return new UserKeys(keyVault(console));
    }

    /** @throws SatchelException if they are missing or unsafe, saying what to do */
    static KeyEncryptionKeys keyEncryptionKeys(Settings settings) {
        return settings.kekAddress().open(settings);
    }

    static Provider provider(String name) {
        try {
            return Provider.of(name);
        } catch (IllegalArgumentException unknown) {
            throw new UsageException(String.valueOf(unknown.getMessage()));
        }
    }
}
