package dev.satchel.postgres.keys;

import dev.satchel.keys.KeyCheckContract;
import dev.satchel.keys.KeyEncryptionContract;
import dev.satchel.keys.KeyStorageContract;
import dev.satchel.keys.VaultUnderTest;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

class PostgresKeyVaultIT {

    @AutoClose
    private static PostgresVaultUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresVaultUnderTest();
    }

    @Nested
    class Storage extends KeyStorageContract {

        @Override
        protected VaultUnderTest emptyVault() {
            return postgres.emptied();
        }
    }

    @Nested
    class Checks extends KeyCheckContract {

        @Override
        protected VaultUnderTest emptyVault() {
            return postgres.emptied();
        }
    }

    @Nested
    class Encryption extends KeyEncryptionContract {

        @Override
        protected VaultUnderTest emptyVault() {
            return postgres.emptied();
        }
    }
}
