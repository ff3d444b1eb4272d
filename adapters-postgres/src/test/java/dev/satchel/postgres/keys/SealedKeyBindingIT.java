package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.BrokenSealException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What binds a sealed key to its place and time: it opens nowhere else, and never again once it was replaced. */
class SealedKeyBindingIT extends PostgresVaultTests {

    @Test
    void neverOpensASealedKeyInAnotherPlaceEvenWithItsDataKey() {
        Provider[] providers = Provider.values();
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            users.add(userWith(providers));
        }
        List<String> texts = new ArrayList<>();
        for (UserId user : users) {
            for (Provider provider : providers) {
                texts.add(text(user, provider));
            }
        }
        Random random = new Random(20260301);
        unseen("CREATE TABLE satchel.data_key_before AS TABLE satchel.data_key");

        int moves = 0;
        while (moves < 1_000) {
            int from = random.nextInt(texts.size());
            int to = random.nextInt(texts.size());
            if (from == to) {
                continue;
            }
            UserId user = users.get(to / providers.length);
            Provider provider = providers[to % providers.length];
            move(users.get(from / providers.length), providers[from % providers.length], user, provider);
            putUnseen(user, provider, texts.get(from));
            refusesToOpen(user, provider, texts.get(from) + " moved to " + provider + " of " + user);
            move(user, provider, user, provider);
            putUnseen(user, provider, texts.get(to));
            moves++;
        }
        unseen("DROP TABLE satchel.data_key_before");

        for (UserId user : users) {
            for (Provider provider : providers) {
                assertThat(opened(postgres.vault(), user, provider)).contains(ApiKeys.text(provider, user.toString()));
            }
        }
    }

    private static void move(UserId from, Provider ofProvider, UserId to, Provider toProvider) {
        unseen("""
                UPDATE satchel.data_key AS moved
                   SET id = before.id, kek_id = before.kek_id, wrapped = before.wrapped
                  FROM satchel.data_key_before AS before
                 WHERE before.user_id = ? AND before.provider = ? AND moved.user_id = ? AND moved.provider = ?
                """, from.value(), ofProvider.code(), to.value(), toProvider.code());
    }

    /** What somebody who may write rows of keys can do with a sealed key of earlier, $OLD, and the one of now, $NEW. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "UPDATE public.user_api_keys SET openai_api_key = NULL WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "BEGIN; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $NEW WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER; COMMIT",
                "BEGIN; SAVEPOINT one; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER;"
                        + "ROLLBACK TO one; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER;"
                        + "RELEASE one; COMMIT",
                "BEGIN; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER; SAVEPOINT two;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $NEW WHERE user_id = $USER;"
                        + "ROLLBACK TO two; COMMIT",
                "UPDATE public.user_api_keys SET openai_api_key = $OLD, anthropic_api_key = openai_api_key"
                        + " WHERE user_id = $USER",
                "UPDATE public.user_api_keys SET openai_api_key = anthropic_api_key, anthropic_api_key = openai_api_key"
                        + " WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "BEGIN; CREATE TEMPORARY TABLE kept ON COMMIT DROP AS TABLE public.user_api_keys;"
                        + "DELETE FROM public.user_api_keys WHERE user_id = $USER;"
                        + "UPDATE kept SET openai_api_key = $OLD;"
                        + "INSERT INTO public.user_api_keys SELECT * FROM kept WHERE user_id = $USER; COMMIT",
                "INSERT INTO public.user_api_keys (user_id) VALUES ($USER)"
                        + " ON CONFLICT (user_id) DO UPDATE SET openai_api_key = $OLD",
                "WITH cleared AS (UPDATE public.user_api_keys SET openai_api_key = NULL WHERE false)"
                        + " UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "DO $$ BEGIN UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER; END $$"
            })
    void neverOpensAReplacedKeyAgain(String script) throws SQLException {
        UserId user = postgres.addUser();
        UserKeys keys = new UserKeys(postgres.vault());
        keys.set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "earlier")));
        keys.set(user, Provider.ANTHROPIC, ApiKeys.of(ApiKeys.text(Provider.ANTHROPIC, "other")));
        String earlier = text(user, Provider.OPENAI);
        keys.set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "now")));
        String now = text(user, Provider.OPENAI);

        try (Connection connection = postgres.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(script.replace("$OLD", "'" + earlier + "'")
                    .replace("$NEW", "'" + now + "'")
                    .replace("$USER", "'" + user + "'"));
        }

        assertThat(text(user, Provider.OPENAI)).isEqualTo(earlier);
        refusesToOpen(user, Provider.OPENAI, script);
    }

    @Test
    void neverOpensAReplacedKeyThatIsCopiedBack() throws Exception {
        UserId user = postgres.addUser();
        set(user, Provider.OPENAI);
        String earlier = text(user, Provider.OPENAI);
        set(user, Provider.OPENAI);
        try (Connection connection = postgres.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM public.user_api_keys WHERE user_id = '" + user + "'");
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY public.user_api_keys (user_id, openai_api_key) FROM STDIN",
                            new StringReader(user + "\t" + earlier + "\n"));
        }

        refusesToOpen(user, Provider.OPENAI, "copied");
    }

    @Test
    void refusesADataKeyThatWasKeptAndWrittenBack() {
        UserId user = userWith(Provider.OPENAI);
        JdbcClient vault = JdbcClient.create(postgres.worker());
        Map<String, Object> kept =
                postgres.owner().sql("""
                        SELECT k.id AS row, k.openai_api_key AS sealed, d.kek_id AS kek, d.wrapped
                          FROM public.user_api_keys k
                          JOIN satchel.data_key d ON d.user_id = k.user_id
                         WHERE k.user_id = :user
                        """).param("user", user.value()).query().singleRow();
        set(user, Provider.OPENAI);

        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .isThrownBy(() -> vault.sql("SELECT satchel.set_key(:user, 'openai', :row, :sealed, :kek, :wrapped)")
                        .params(kept)
                        .param("user", user.value())
                        .query(UUID.class)
                        .optional())
                .withMessageContaining("has sealed a key before");

        assertThat(opened(postgres.vault(), user, Provider.OPENAI)).isPresent();
    }

    @Test
    void aSealedKeyDoesNotOpenInAnotherRowOfTheSameUser() {
        UserId user = userWith(Provider.OPENAI);
        postgres.owner()
                .sql("UPDATE public.user_api_keys SET id = gen_random_uuid() WHERE user_id = :user")
                .param("user", user.value())
                .update();

        refusesToOpen(user, Provider.OPENAI, "in a row of another id");
    }

    @Test
    void aDataKeyDoesNotUnwrapForAnotherUser() {
        UserId user = userWith(Provider.OPENAI);
        UserId other = userWith(Provider.OPENAI);
        // The other's wrapped key and sealed text, in this user's rows.
        postgres.owner()
                .sql("""
                        UPDATE satchel.data_key mine
                           SET wrapped = theirs.wrapped
                          FROM satchel.data_key theirs
                         WHERE mine.user_id = :user
                           AND theirs.user_id = :other
                        """)
                .param("user", user.value())
                .param("other", other.value())
                .update();

        refusesToOpen(user, Provider.OPENAI, "with the other's data key");
    }

    @Test
    void aKeyWhoseDataKeyIsGoneDoesNotOpen() {
        UserId user = userWith(Provider.OPENAI);
        assertThat(opened(postgres.vault(), user, Provider.OPENAI)).isPresent();

        postgres.owner()
                .sql("DELETE FROM satchel.data_key WHERE user_id = :user")
                .param("user", user.value())
                .update();

        refusesToOpen(user, Provider.OPENAI, "although its data key is still in this process's cache");
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsRefusedAlike() {
        UserId user = userWith(Provider.OPENAI);
        String text = text(user, Provider.OPENAI);
        SealedKey stored = SealedKey.parse(text);
        byte[] bytes = stored.bytes();

        // Every bit and length is tried against DataKey itself; here, that the vault adds no other answer.
        for (int bit = 0; bit < bytes.length * 8; bit += 13) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            putUnseen(
                    user,
                    Provider.OPENAI,
                    SealedKey.of(stored.dataKeyId(), flipped).text());
            refusesToOpen(user, Provider.OPENAI, "bit " + bit);
        }
        putUnseen(user, Provider.OPENAI, SealedKey.of(UUID.randomUUID(), bytes).text());
        refusesToOpen(user, Provider.OPENAI, "another data key's id");
        putUnseen(
                user,
                Provider.OPENAI,
                SealedKey.of(stored.dataKeyId(), Arrays.copyOf(bytes, 61)).text());
        refusesToOpen(user, Provider.OPENAI, "the shortest");
    }

    @Test
    void storesNoKeyInTheClear() {
        UserId user = userWith(Provider.values());

        String everything = postgres.owner().sql("""
                SELECT string_agg(t::text, ' ')
                  FROM (SELECT k::text FROM public.user_api_keys k
                         UNION ALL
                        SELECT d::text FROM satchel.data_key d
                         UNION ALL
                        SELECT c::text FROM satchel.key_check c
                         UNION ALL
                        SELECT a::text FROM satchel.key_audit a) AS rows (t)
                """).query(String.class).single();

        for (Provider provider : Provider.values()) {
            byte[] key = ApiKeys.text(provider, user.toString()).getBytes(StandardCharsets.US_ASCII);
            assertThat(everything)
                    .doesNotContain(
                            new String(key, StandardCharsets.US_ASCII),
                            HexFormat.of().formatHex(key),
                            Base64.getEncoder().withoutPadding().encodeToString(key));
        }
    }

    @Test
    void theExceptionOfABrokenSealNamesNoKey() {
        UserId user = userWith(Provider.OPENAI);
        put(user, Provider.OPENAI, text(userWith(Provider.OPENAI), Provider.OPENAI));

        assertThatExceptionOfType(BrokenSealException.class)
                .isThrownBy(() ->
                        postgres.vault().open(user, Provider.OPENAI, PURPOSE, (ApiKey key, SealedKey stored) -> 1))
                .withMessage(
                        "a stored key cannot be opened: it was changed, moved, put back, or sealed under a key that"
                                + " is gone; set the key again");
    }
}
