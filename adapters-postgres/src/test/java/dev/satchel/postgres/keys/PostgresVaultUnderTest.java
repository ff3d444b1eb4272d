package dev.satchel.postgres.keys;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.VaultUnderTest;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Puts the vault in a real PostgreSQL under the contract: the ports as the worker, the world as the owner. */
final class PostgresVaultUnderTest implements VaultUnderTest, AutoCloseable {

    private static final String LET_PASS = """
            UPDATE satchel.key_check
               SET next_check_at = next_check_at - :time * interval '1 millisecond',
                   checked_at = checked_at - :time * interval '1 millisecond',
                   validated_at = validated_at - :time * interval '1 millisecond'
            """;

    private final SampleDatabase database = SampleDatabase.create();
    private final HikariDataSource ownerPool = pool(database.ownerDataSource());
    private final HikariDataSource workerPool = pool(database.workerDataSource());
    private final HikariDataSource unseenPool = unseenPool(database.superuserDataSource());
    private final JdbcClient owner = JdbcClient.create(ownerPool);
    private final JdbcClient unseen = JdbcClient.create(unseenPool);
    private final Path directory;
    private final FileKeyEncryptionKeys keyEncryptionKeys;
    private final KeyVault vault;
    private final DataKeys dataKeys;
    private final KeyAudit audit;

    PostgresVaultUnderTest() {
        try {
            directory = Files.createTempDirectory("keys");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        keyEncryptionKeys = FileKeyEncryptionKeys.create(keyset());
        SatchelPostgres satchel = anotherProcess(workerPool);
        vault = satchel.keyVault(keyEncryptionKeys);
        dataKeys = satchel.dataKeys(keyEncryptionKeys);
        audit = satchel.keyAudit();
    }

    PostgresVaultUnderTest emptied() {
        owner.sql("DELETE FROM public.users").update();
        return this;
    }

    private static HikariDataSource pool(DataSource dataSource) {
        return new HikariDataSource(connections(dataSource));
    }

    private static HikariDataSource unseenPool(DataSource superuser) {
        HikariConfig config = connections(superuser);
        config.setConnectionInitSql("SET session_replication_role = replica");
        return new HikariDataSource(config);
    }

    private static HikariConfig connections(DataSource dataSource) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(20);
        config.setMinimumIdle(0);
        return config;
    }

    static SatchelPostgres anotherProcess(DataSource dataSource) {
        return new SatchelPostgres(dataSource);
    }

    /** Connections of the worker, kept open as a service keeps them. */
    DataSource worker() {
        return workerPool;
    }

    SampleDatabase database() {
        return database;
    }

    JdbcClient owner() {
        return owner;
    }

    /** Writes as a superuser whom no trigger of the database sees. */
    JdbcClient unseen() {
        return unseen;
    }

    Path keyset() {
        return directory.resolve("keyset.json");
    }

    FileKeyEncryptionKeys keyEncryptionKeys() {
        return keyEncryptionKeys;
    }

    @Override
    public KeyVault vault() {
        return vault;
    }

    @Override
    public KeyAudit audit() {
        return audit;
    }

    @Override
    public DataKeys dataKeys() {
        return dataKeys;
    }

    @Override
    public UserId addUser() {
        UUID id = UUID.randomUUID();
        owner.sql("INSERT INTO public.users (id, email) VALUES (:id, :id::text || '@example.org')")
                .param("id", id)
                .update();
        return new UserId(id);
    }

    @Override
    public void deleteUser(UserId user) {
        owner.sql("DELETE FROM public.users WHERE id = :id")
                .param("id", user.value())
                .update();
    }

    @Override
    public boolean isActive(UserId user) {
        return owner.sql("SELECT is_active FROM public.user_api_keys WHERE user_id = :id")
                .param("id", user.value())
                .query(Boolean.class)
                .single();
    }

    @Override
    public void letPass(Duration time) {
        owner.sql(LET_PASS).param("time", time.toMillis()).update();
    }

    @Override
    public void put(UserId user, Provider provider, SealedKey sealed) {
        put(user, provider, sealed.text());
    }

    /** As whoever may write every row of keys; the row is made where there is none. */
    void put(UserId user, Provider provider, String text) {
        owner.sql("""
                INSERT INTO public.user_api_keys (user_id, %1$s)
                VALUES (:user, :text)
                    ON CONFLICT (user_id) DO UPDATE SET %1$s = excluded.%1$s
                """.formatted(provider.column()))
                .param("user", user.value())
                .param("text", text)
                .update();
    }

    @Override
    public void addKeyEncryptionKey() {
        keyEncryptionKeys.addPrimary();
    }

    @Override
    public void replaceKeyEncryptionKeys() {
        try {
            Files.delete(keyset());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FileKeyEncryptionKeys.create(keyset());
    }

    @Override
    public void close() {
        workerPool.close();
        ownerPool.close();
        unseenPool.close();
        database.close();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
