package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A vault in which each user had one data key for all their keys, and which was upgraded since. */
class KeyVaultUpgradeIT {

    private static final Purpose PURPOSE = new Purpose("describe image");

    @TempDir
    Path folder;

    private SampleDatabase database;
    private JdbcClient owner;
    private FileKeyEncryptionKeys keyEncryptionKeys;
    private UserId amelia;
    private UserId bruno;
    private String earlier;

    @BeforeEach
    void upgrade() {
        database = SampleDatabase.createBefore("013");
        owner = JdbcClient.create(database.ownerDataSource());
        keyEncryptionKeys = FileKeyEncryptionKeys.create(folder.resolve("kek.json"));
        amelia = addUser();
        bruno = addUser();
        DataKey amelias = addDataKey(amelia);
        earlier = sealed(amelias, amelia, Provider.OPENAI, "earlier");
        for (Provider provider : Provider.values()) {
            put(amelia, provider, sealed(amelias, amelia, provider, "amelia"));
        }
        put(bruno, Provider.UNSPLASH, sealed(addDataKey(bruno), bruno, Provider.UNSPLASH, "bruno"));
        // One whose keys are gone, and one whose key was overwritten: nothing names their data keys.
        addDataKey(addUser());
        UserId overwritten = addUser();
        addDataKey(overwritten);
        put(overwritten, Provider.OPENAI, earlier);

        database.upgrade();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private UserId addUser() {
        UUID id = UUID.randomUUID();
        owner.sql("INSERT INTO public.users (id, email) VALUES (:id, :id::text || '@example.org')")
                .param("id", id)
                .update();
        owner.sql("INSERT INTO public.user_api_keys (id, user_id) VALUES (:id, :id)")
                .param("id", id)
                .update();
        return new UserId(id);
    }

    private DataKey addDataKey(UserId user) {
        UUID id = UUID.randomUUID();
        byte[] raw = new byte[DataKey.LENGTH];
        new SecureRandom().nextBytes(raw);
        WrappedKey wrapped = keyEncryptionKeys.wrap(raw, user, id);
        owner.sql("INSERT INTO satchel.data_key (id, user_id, kek_id, wrapped) VALUES (:id, :user, :kek, :wrapped)")
                .param("id", id)
                .param("user", user.value())
                .param("kek", wrapped.keyEncryptionKey())
                .param("wrapped", wrapped.bytes())
                .update();
        return DataKey.from(id, raw);
    }

    private static String sealed(DataKey dataKey, UserId user, Provider provider, String mark) {
        try (ApiKey key = ApiKeys.of(ApiKeys.text(provider, mark))) {
            return dataKey.seal(key, new SealedKeyLocation(user.value(), user, provider))
                    .text();
        }
    }

    private void put(UserId user, Provider provider, String text) {
        owner.sql("UPDATE public.user_api_keys SET " + provider.column() + " = :text WHERE user_id = :user")
                .param("text", text)
                .param("user", user.value())
                .update();
    }

    private UserKeys keys() {
        return new UserKeys(new SatchelPostgres(database.dataSourceOf("satchel_vault")).keyVault(keyEncryptionKeys));
    }

    private Optional<String> opened(UserId user, Provider provider) {
        return keys().use(user, provider, PURPOSE, ApiKeys::read);
    }

    private void everyKeyOpens() {
        for (Provider provider : Provider.values()) {
            assertThat(opened(amelia, provider)).contains(ApiKeys.text(provider, "amelia"));
        }
        assertThat(opened(bruno, Provider.UNSPLASH)).contains(ApiKeys.text(Provider.UNSPLASH, "bruno"));
    }

    @Test
    void opensEveryKeyOfBeforeTheUpgrade() {
        everyKeyOpens();
        assertThat(owner.sql("SELECT count(*) FROM satchel.data_key")
                        .query(Long.class)
                        .single())
                .isEqualTo(4);
    }

    @Test
    void rewrapsDataKeysThatShareAnId() {
        String before = keyEncryptionKeys.addPrimary();
        DataKeys dataKeys = new SatchelPostgres(database.dataSourceOf("satchel_rotation")).dataKeys(keyEncryptionKeys);

        int batches = 0;
        while (dataKeys.rewrapNext(1) == 1) {
            batches++;
        }

        assertThat(batches).isEqualTo(4);
        assertThat(dataKeys.countByKeyEncryptionKey()).containsExactly(Map.entry(before, 4L));
        everyKeyOpens();
    }

    @Test
    void refusesAnEarlierKeyOfBeforeTheUpgradeAndOpensTheOthers() {
        put(amelia, Provider.OPENAI, earlier);

        assertThatExceptionOfType(BrokenSealException.class).isThrownBy(() -> opened(amelia, Provider.OPENAI));
        for (Provider provider : new Provider[] {Provider.ANTHROPIC, Provider.UNSPLASH}) {
            assertThat(opened(amelia, provider)).contains(ApiKeys.text(provider, "amelia"));
        }
    }

    @Test
    void settingOneKeyLeavesTheOthersAsTheyAre() {
        keys().set(amelia, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "newer")));

        assertThat(opened(amelia, Provider.OPENAI)).contains(ApiKeys.text(Provider.OPENAI, "newer"));
        assertThat(opened(amelia, Provider.ANTHROPIC)).contains(ApiKeys.text(Provider.ANTHROPIC, "amelia"));
        keys().remove(amelia, Provider.ANTHROPIC);
        assertThat(opened(amelia, Provider.UNSPLASH)).contains(ApiKeys.text(Provider.UNSPLASH, "amelia"));
    }
}
