package dev.satchel.keys;

import org.junit.jupiter.api.Nested;

class InMemoryKeyVaultTest {

    @Nested
    class Storage extends KeyStorageContract {

        @Override
        protected VaultUnderTest emptyVault() {
            return new InMemoryVaultUnderTest();
        }
    }

    @Nested
    class Checks extends KeyCheckContract {

        @Override
        protected VaultUnderTest emptyVault() {
            return new InMemoryVaultUnderTest();
        }
    }

    @Nested
    class Encryption extends KeyEncryptionContract {

        @Override
        protected VaultUnderTest emptyVault() {
            return new InMemoryVaultUnderTest();
        }
    }
}
