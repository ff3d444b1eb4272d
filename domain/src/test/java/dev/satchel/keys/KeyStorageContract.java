package dev.satchel.keys;

import static dev.satchel.keys.Provider.ANTHROPIC;
import static dev.satchel.keys.Provider.OPENAI;
import static dev.satchel.keys.Provider.UNSPLASH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How every {@link KeyVault} sets, opens and removes keys. */
public abstract class KeyStorageContract extends KeyVaultContract {

    @Nested
    class Setting {

        @ParameterizedTest
        @EnumSource
        void keepsTheKey(Provider provider) {
            set(user, provider, "first");

            assertThat(opened(user, provider)).contains(ApiKeys.text(provider, "first"));
        }

        @Test
        void leavesTheOthersAlone() {
            set(user, OPENAI, "openai");
            set(user, ANTHROPIC, "anthropic");
            set(user, UNSPLASH, "unsplash");
            vault.record(user, ANTHROPIC, stored(ANTHROPIC), new Verdict.Valid());
            KeyStatus before = status(ANTHROPIC);

            set(user, OPENAI, "newer");

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "newer"));
            assertThat(opened(user, ANTHROPIC)).contains(ApiKeys.text(ANTHROPIC, "anthropic"));
            assertThat(opened(user, UNSPLASH)).contains(ApiKeys.text(UNSPLASH, "unsplash"));
            assertThat(status(ANTHROPIC)).isEqualTo(before);
        }

        @Test
        void keepsAKeyThatIsSetWhereOnlyAFirstOneIsWanted() {
            set(user, OPENAI, "first");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid());
            SealedKey before = stored(OPENAI);
            List<String> recorded = recorded();

            assertThat(vault.setFirst(user, OPENAI, ApiKeys.of(ApiKeys.text(OPENAI, "second"))))
                    .isFalse();

            assertThat(recorded()).isEqualTo(recorded);
            assertThat(stored(OPENAI)).isEqualTo(before);
            assertThat(status(OPENAI).validity()).isEqualTo(Validity.VALID);
            assertThat(vault.setFirst(user, UNSPLASH, ApiKeys.of(ApiKeys.text(UNSPLASH, "other"))))
                    .isTrue();
            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "first"));
            assertThat(opened(user, UNSPLASH)).contains(ApiKeys.text(UNSPLASH, "other"));
        }

        @Test
        void bringsBackNoKeyThatItsUserHasRemoved() {
            set(user, OPENAI, "first");
            set(user, UNSPLASH, "other");
            vault.remove(user, OPENAI);

            assertThat(vault.setFirst(user, OPENAI, ApiKeys.of(ApiKeys.text(OPENAI, "earlier"))))
                    .isFalse();
            vault.removeAll(user);
            assertThat(vault.setFirst(user, UNSPLASH, ApiKeys.of(ApiKeys.text(UNSPLASH, "earlier"))))
                    .isFalse();

            assertThat(vault.statuses(user)).noneMatch(KeyStatus::isSet);
        }

        @Test
        void setsAFirstKeyWhereThereIsNone() {
            assertThat(vault.setFirst(user, ANTHROPIC, ApiKeys.of(ApiKeys.text(ANTHROPIC, "first"))))
                    .isTrue();

            assertThat(opened(user, ANTHROPIC)).contains(ApiKeys.text(ANTHROPIC, "first"));
            UserId nobody = new UserId(UUID.randomUUID());
            assertThatExceptionOfType(UnknownUserException.class)
                    .isThrownBy(() -> vault.setFirst(nobody, ANTHROPIC, ApiKeys.of(ApiKeys.text(ANTHROPIC, "first"))));
        }

        @Test
        void takesTheLongestKey() {
            String longest = "x".repeat(ApiKey.MAX_LENGTH);
            try (ApiKey key = ApiKeys.of(longest)) {
                vault.set(user, UNSPLASH, key);
            }

            assertThat(opened(user, UNSPLASH)).contains(longest);
        }

        @Test
        void leavesTheCallersKeyOpen() {
            try (ApiKey key = ApiKeys.of(ApiKeys.text(OPENAI, "mine"))) {
                vault.set(user, OPENAI, key);

                assertThat(ApiKeys.read(key)).isEqualTo(ApiKeys.text(OPENAI, "mine"));
            }
        }

        @Test
        void keepsUsersApart() {
            UserId other = world.addUser();
            set(user, OPENAI, "mine");
            set(other, OPENAI, "theirs");

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "mine"));
            assertThat(opened(other, OPENAI)).contains(ApiKeys.text(OPENAI, "theirs"));
        }

        @Test
        void forgetsWhatWasKnownOfTheEarlierKey() {
            set(user, OPENAI, "first");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Invalid("the provider does not know it"));
            assertThat(world.isActive(user)).isFalse();

            set(user, OPENAI, "second");

            assertThat(status(OPENAI)).isEqualTo(new KeyStatus(OPENAI, true, Validity.UNKNOWN, null, null));
            assertThat(world.isActive(user)).isTrue();
        }

        @Test
        void refusesAUserWhoDoesNotExist() {
            UserId nobody = new UserId(UUID.randomUUID());

            assertThatExceptionOfType(UnknownUserException.class)
                    .isThrownBy(() -> set(nobody, OPENAI, "any"))
                    .withMessage("no user has the id " + nobody);
        }
    }

    @Nested
    class Opening {

        @Test
        void findsNothingThatWasNotSet() {
            assertThat(opened(user, OPENAI)).isEmpty();
            set(user, ANTHROPIC, "other");
            assertThat(opened(user, OPENAI)).isEmpty();
            assertThat(opened(new UserId(UUID.randomUUID()), OPENAI)).isEmpty();
        }

        @Test
        void wipesTheKeyAfterwards() {
            set(user, OPENAI, "mine");
            AtomicReference<ApiKey> kept = new AtomicReference<>();

            vault.open(user, OPENAI, PURPOSE, (key, stored) -> {
                kept.set(key);
                return true;
            });

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> ApiKeys.read(kept.get()))
                    .withMessage("the key has been wiped");
        }

        @Test
        void wipesTheKeyWhenItsUseFails() {
            set(user, OPENAI, "mine");
            AtomicReference<ApiKey> kept = new AtomicReference<>();

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> vault.open(user, OPENAI, PURPOSE, (key, stored) -> {
                        kept.set(key);
                        throw new IOException("the provider hung up");
                    }));

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> ApiKeys.read(kept.get()));
        }

        @Test
        void isOnRecordBeforeTheKeyIsRead() {
            set(user, OPENAI, "mine");

            List<String> seen = vault.open(user, OPENAI, PURPOSE, (key, stored) -> recorded())
                    .orElseThrow();

            assertThat(seen).containsExactly("openai SET null", "openai OPEN describe image");
        }

        @Test
        void isNotRecordedWhereThereIsNothingToOpen() {
            opened(user, OPENAI);

            assertThat(recorded()).isEmpty();
        }
    }

    @Nested
    class Removing {

        @Test
        void takesOneKeyOnly() {
            set(user, OPENAI, "openai");
            set(user, UNSPLASH, "unsplash");

            assertThat(vault.remove(user, OPENAI)).isTrue();

            assertThat(opened(user, OPENAI)).isEmpty();
            assertThat(opened(user, UNSPLASH)).contains(ApiKeys.text(UNSPLASH, "unsplash"));
            assertThat(vault.statuses(user)).extracting(KeyStatus::isSet).containsExactly(false, false, true);
        }

        @Test
        void saysWhetherThereWasAnything() {
            assertThat(vault.remove(user, OPENAI)).isFalse();
            assertThat(vault.removeAll(user)).isFalse();
            set(user, OPENAI, "mine");
            assertThat(vault.remove(user, UNSPLASH)).isFalse();
            assertThat(vault.remove(user, OPENAI)).isTrue();
            assertThat(vault.remove(user, OPENAI)).isFalse();
        }

        @Test
        void takesTheDataKeyOfEach() {
            set(user, OPENAI, "openai");
            set(user, UNSPLASH, "unsplash");
            UUID dataKey = stored(OPENAI).dataKeyId();
            assertThat(stored(UNSPLASH).dataKeyId()).isNotEqualTo(dataKey);
            assertThat(world.dataKeys().countByKeyEncryptionKey().values()).containsExactly(2L);

            vault.remove(user, OPENAI);
            assertThat(world.dataKeys().countByKeyEncryptionKey().values()).containsExactly(1L);
            vault.remove(user, UNSPLASH);

            assertThat(world.dataKeys().countByKeyEncryptionKey()).isEmpty();
            set(user, OPENAI, "again");
            assertThat(stored(OPENAI).dataKeyId()).isNotEqualTo(dataKey);
        }

        @Test
        void takesEverythingAtOnce() {
            UserId other = world.addUser();
            set(user, OPENAI, "openai");
            set(user, UNSPLASH, "unsplash");
            set(other, OPENAI, "theirs");

            assertThat(vault.removeAll(user)).isTrue();

            assertThat(vault.statuses(user)).noneMatch(KeyStatus::isSet);
            assertThat(world.dataKeys().countByKeyEncryptionKey().values()).containsExactly(1L);
            assertThat(opened(other, OPENAI)).contains(ApiKeys.text(OPENAI, "theirs"));
        }

        @Test
        void happensWithTheAccount() {
            set(user, OPENAI, "openai");

            world.deleteUser(user);

            assertThat(opened(user, OPENAI)).isEmpty();
            assertThat(world.dataKeys().countByKeyEncryptionKey()).isEmpty();
            assertThat(recorded()).containsExactly("openai SET null", "openai REMOVE null");
        }

        @Test
        void leavesARowInUseAsItsOtherKeysSay() {
            set(user, OPENAI, "openai");
            set(user, UNSPLASH, "unsplash");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Invalid("the provider does not know it"));
            assertThat(world.isActive(user)).isTrue();

            vault.remove(user, UNSPLASH);

            assertThat(world.isActive(user)).isFalse();
        }
    }
}
