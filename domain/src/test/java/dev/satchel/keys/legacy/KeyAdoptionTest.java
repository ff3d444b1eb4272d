package dev.satchel.keys.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.InMemoryKeyVault;
import dev.satchel.keys.KeyStatus;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.legacy.KeyAdoption.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyAdoptionTest {

    private static final Purpose PURPOSE = new Purpose("test");

    private final InMemoryKeyVault vault = new InMemoryKeyVault();
    private final Table table = new Table();
    private final List<String> refusals = new ArrayList<>();

    private Outcome adopt() {
        return new KeyAdoption(table, vault).adopt((key, reason) -> refusals.add(key.provider() + ": " + reason));
    }

    private String opened(UserId user, Provider provider) {
        return vault.open(user, provider, PURPOSE, (key, stored) -> ApiKeys.read(key))
                .orElse("");
    }

    @Test
    void sealsWhatIsSoundAndErasesItWhereItWas() {
        UserId user = vault.addUser();
        String openai = ApiKeys.text(Provider.OPENAI, "old");
        String unsplash = ApiKeys.text(Provider.UNSPLASH, "old");
        table.add(user, Provider.OPENAI, openai);
        table.add(
                user, Provider.UNSPLASH, Base64.getEncoder().encodeToString(unsplash.getBytes(StandardCharsets.UTF_8)));

        assertThat(adopt()).isEqualTo(new Outcome(2, 0, 0));

        assertThat(opened(user, Provider.OPENAI)).isEqualTo(openai);
        assertThat(opened(user, Provider.UNSPLASH)).isEqualTo(unsplash);
        assertThat(table.count()).isZero();
        assertThat(table.rewrites).isOne();
    }

    @Test
    void aKeySetMeanwhileStays() {
        UserId user = vault.addUser();
        new UserKeys(vault).set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "new")));
        table.add(user, Provider.OPENAI, ApiKeys.text(Provider.OPENAI, "old"));

        assertThat(adopt()).isEqualTo(new Outcome(0, 1, 0));

        assertThat(opened(user, Provider.OPENAI)).isEqualTo(ApiKeys.text(Provider.OPENAI, "new"));
        assertThat(table.count()).isZero();
        assertThat(table.rewrites).isOne();
    }

    @Test
    void aKeyRemovedMeanwhileIsNotBroughtBack() {
        UserId user = vault.addUser();
        new UserKeys(vault).set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "new")));
        vault.remove(user, Provider.OPENAI);
        table.add(user, Provider.OPENAI, ApiKeys.text(Provider.OPENAI, "old"));

        assertThat(adopt()).isEqualTo(new Outcome(0, 1, 0));

        assertThat(vault.statuses(user)).noneMatch(KeyStatus::isSet);
    }

    @Test
    void nothingIsErasedWithKeyEncryptionKeysOfAnotherVault() {
        UserId user = vault.addUser();
        new UserKeys(vault).set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "new")));
        table.add(user, Provider.OPENAI, ApiKeys.text(Provider.OPENAI, "old"));
        table.add(user, Provider.UNSPLASH, "");
        long before = table.count();
        vault.replaceKeyEncryptionKeys();

        assertThatExceptionOfType(OtherKeyEncryptionKeysException.class).isThrownBy(this::adopt);

        assertThat(table.count()).isEqualTo(before).isPositive();
        assertThat(table.rewrites).isZero();
    }

    @Test
    void erasesBlankKeys() {
        table.add(vault.addUser(), Provider.OPENAI, "");
        table.add(null, Provider.UNSPLASH, " \n");

        assertThat(adopt()).isEqualTo(new Outcome(0, 0, 0));

        assertThat(table.count()).isZero();
    }

    @Test
    void removesErasedKeysFromTheDiskAfterAnInterruption() {
        adopt();

        assertThat(table.rewrites).isOne();
    }

    @Test
    void reportsARefusedKeyWithoutRepeatingIt() {
        table.add(vault.addUser(), Provider.OPENAI, "sk-short");
        table.add(null, Provider.ANTHROPIC, ApiKeys.text(Provider.ANTHROPIC, "canary"));
        table.add(new UserId(UUID.randomUUID()), Provider.UNSPLASH, ApiKeys.text(Provider.UNSPLASH, "canary"));

        assertThat(adopt()).isEqualTo(new Outcome(0, 0, 3));

        assertThat(table.count()).isEqualTo(3);
        assertThat(refusals)
                .anyMatch(text -> text.startsWith("OPENAI: this is no key of OpenAI: it has only 8 characters"))
                .anyMatch(text -> text.equals("ANTHROPIC: its row belongs to no user"))
                .anyMatch(text -> text.startsWith("UNSPLASH: "))
                .noneMatch(text -> text.contains("canary"));
    }

    @Test
    void goesOnWhereItWasStopped() {
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            users.add(vault.addUser());
            table.add(users.get(i), Provider.OPENAI, ApiKeys.text(Provider.OPENAI, "user" + i));
        }
        for (int failAt : new int[] {7, 3, 9}) {
            table.failErasing(failAt);
            assertThatIllegalStateException().isThrownBy(this::adopt);
        }
        table.failErasing(-1);

        Outcome last = adopt();

        // The one whose erasing failed is sealed already.
        assertThat(last).isEqualTo(new Outcome(20 - (6 + 2 + 8) - 1, 1, 0));
        for (int i = 0; i < 20; i++) {
            assertThat(opened(users.get(i), Provider.OPENAI)).isEqualTo(ApiKeys.text(Provider.OPENAI, "user" + i));
        }
        assertThat(table.count()).isZero();
    }

    /** The earlier table, in memory. */
    private static final class Table implements LegacyKeys {

        private final Map<UUID, Stored> rows = new LinkedHashMap<>();
        private int failAt = -1;
        private int rewrites;

        private record Stored(@Nullable UserId user, Provider provider, String text) {}

        void add(@Nullable UserId user, Provider provider, String text) {
            rows.put(UUID.randomUUID(), new Stored(user, provider, text));
        }

        void failErasing(int nth) {
            failAt = nth;
        }

        @Override
        public long count() {
            return rows.size();
        }

        @Override
        public void adoptEach(Adopter adopter) {
            for (Map.Entry<UUID, Stored> row : List.copyOf(rows.entrySet())) {
                Stored stored = row.getValue();
                byte[] bytes = stored.text().getBytes(StandardCharsets.UTF_8);
                if (adopter.isDone(new LegacyKey(row.getKey(), stored.user(), stored.provider(), bytes))) {
                    if (--failAt == 0) {
                        throw new IllegalStateException("killed before it was erased");
                    }
                    rows.remove(row.getKey());
                }
            }
        }

        @Override
        public long discardAll() {
            long all = rows.size();
            rows.clear();
            return all;
        }

        @Override
        public void removeErased() {
            rewrites++;
        }
    }
}
