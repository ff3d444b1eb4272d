package dev.satchel.keys;

import static dev.satchel.keys.Provider.ANTHROPIC;
import static dev.satchel.keys.Provider.OPENAI;
import static dev.satchel.keys.Provider.UNSPLASH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How every {@link KeyVault} treats replaced keys and rotated or foreign key-encryption keys. */
public abstract class KeyEncryptionContract extends KeyVaultContract {

    /** Somebody who can write rows of keys keeps sealed keys, and puts them back later. */
    @Nested
    class Replaying {

        private void refusesToOpen(Provider provider) {
            assertThatExceptionOfType(BrokenSealException.class).isThrownBy(() -> opened(user, provider));
        }

        @Test
        void doesNotOpenWhatWasReplaced() {
            set(user, OPENAI, "first");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "second");

            world.put(user, OPENAI, first);

            refusesToOpen(OPENAI);
        }

        @Test
        void doesNotOpenWhatWasReplacedByTheSameKey() {
            set(user, OPENAI, "same");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "same");
            assertThat(stored(OPENAI)).isNotEqualTo(first);

            world.put(user, OPENAI, first);

            refusesToOpen(OPENAI);
        }

        @Test
        void doesNotOpenWhatWasRemovedWhileAnotherKeyStays() {
            set(user, OPENAI, "openai");
            set(user, ANTHROPIC, "anthropic");
            SealedKey removed = stored(OPENAI);
            vault.remove(user, OPENAI);

            world.put(user, OPENAI, removed);

            refusesToOpen(OPENAI);
            assertThat(opened(user, ANTHROPIC)).contains(ApiKeys.text(ANTHROPIC, "anthropic"));
        }

        @Test
        void doesNotOpenWhatWasRemovedWithEverything() {
            set(user, OPENAI, "openai");
            SealedKey removed = stored(OPENAI);
            vault.removeAll(user);

            world.put(user, OPENAI, removed);

            refusesToOpen(OPENAI);
        }

        @Test
        void doesNotOpenWhatWasOverwrittenForAMoment() {
            set(user, OPENAI, "openai");
            set(user, ANTHROPIC, "anthropic");
            SealedKey current = stored(OPENAI);

            world.put(user, OPENAI, stored(ANTHROPIC));
            refusesToOpen(OPENAI);
            world.put(user, OPENAI, current);

            refusesToOpen(OPENAI);
            assertThat(opened(user, ANTHROPIC)).contains(ApiKeys.text(ANTHROPIC, "anthropic"));
        }

        @Test
        void opensAKeyThatIsWrittenBackUnchanged() {
            set(user, OPENAI, "openai");

            world.put(user, OPENAI, stored(OPENAI));

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "openai"));
        }

        @Test
        void isResolvedBySettingTheKeyAgain() {
            set(user, OPENAI, "first");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "second");
            world.put(user, OPENAI, first);

            set(user, OPENAI, "third");

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "third"));
        }

        @Test
        void isResolvedByRemovingTheKey() {
            set(user, OPENAI, "first");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "second");
            world.put(user, OPENAI, first);

            assertThat(vault.remove(user, OPENAI)).isTrue();

            assertThat(opened(user, OPENAI)).isEmpty();
        }
    }

    /** The process was given the key-encryption keys of another vault. */
    @Nested
    class BeingGivenOtherKeyEncryptionKeys {

        private void refuses(ThrowingCallable call) {
            var counts = world.dataKeys().countByKeyEncryptionKey();
            List<String> recorded = recorded();
            List<KeyStatus> statuses = vault.statuses(user);

            assertThatExceptionOfType(OtherKeyEncryptionKeysException.class)
                    .isThrownBy(call)
                    .withMessage("the given key-encryption keys are not those of this database, whose data keys are"
                            + " wrapped by " + counts.firstKey() + ": give those, or name the database that the given"
                            + " ones belong to; nothing was changed");

            assertThat(world.dataKeys().countByKeyEncryptionKey()).isEqualTo(counts);
            assertThat(recorded()).isEqualTo(recorded);
            assertThat(vault.statuses(user)).isEqualTo(statuses);
        }

        @Test
        void refusesToSealAnything() {
            UserId other = world.addUser();
            set(user, OPENAI, "openai");
            world.replaceKeyEncryptionKeys();

            refuses(() -> set(user, OPENAI, "newer"));
            refuses(() -> set(user, UNSPLASH, "unsplash"));
            refuses(() -> set(other, OPENAI, "theirs"));
            refuses(() -> vault.setFirst(other, OPENAI, ApiKeys.of(ApiKeys.text(OPENAI, "first"))));
            refuses(() -> vault.setFirst(user, OPENAI, ApiKeys.of(ApiKeys.text(OPENAI, "first"))));
            refuses(vault::requireOwnKeyEncryptionKeys);
            assertThat(vault.statuses(other)).noneMatch(KeyStatus::isSet);
        }

        @Test
        void refusesToRotate() {
            set(user, OPENAI, "openai");
            world.replaceKeyEncryptionKeys();

            refuses(world.dataKeys()::requireOwnKeyEncryptionKeys);
            assertThat(world.dataKeys().rewrapNext(10)).isZero();
            assertThat(world.dataKeys().countUnopenable())
                    .isEqualTo(world.dataKeys().countByKeyEncryptionKey());
        }

        @Test
        void stillRemovesKeys() {
            set(user, OPENAI, "openai");
            world.replaceKeyEncryptionKeys();

            assertThat(vault.remove(user, OPENAI)).isTrue();
        }

        @Test
        void acceptsThemOnceNoDataKeyIsLeft() {
            set(user, OPENAI, "openai");
            world.replaceKeyEncryptionKeys();
            vault.removeAll(user);

            vault.requireOwnKeyEncryptionKeys();
            world.dataKeys().requireOwnKeyEncryptionKeys();
            set(user, OPENAI, "again");

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "again"));
        }

        @Test
        void acceptsThemIfOneWrapsADataKey() {
            set(user, OPENAI, "openai");
            world.addKeyEncryptionKey();

            world.dataKeys().requireOwnKeyEncryptionKeys();
            set(user, UNSPLASH, "unsplash");

            assertThat(world.dataKeys().keyEncryptionKeysInUse()).hasSize(2);
            assertThat(opened(user, UNSPLASH)).contains(ApiKeys.text(UNSPLASH, "unsplash"));
        }
    }

    @Nested
    class Rotating {

        @Test
        void rewrapsEveryDataKeyAndChangesNoSealedKey() {
            List<UserId> users = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                users.add(world.addUser());
                set(users.get(i), OPENAI, "number-" + i);
            }
            String earlier = world.dataKeys().countByKeyEncryptionKey().firstKey();
            SealedKey before = vault.open(users.get(3), OPENAI, PURPOSE, (key, stored) -> stored)
                    .orElseThrow();
            world.addKeyEncryptionKey();
            assertThat(world.dataKeys().countUnopenable()).isEmpty();
            assertThat(world.dataKeys().keyEncryptionKeysInUse()).containsExactly(earlier);

            List<Integer> batches = new ArrayList<>();
            for (int done = world.dataKeys().rewrapNext(10);
                    done > 0;
                    done = world.dataKeys().rewrapNext(10)) {
                batches.add(done);
            }

            assertThat(batches).containsExactly(10, 10, 5);
            assertThat(world.dataKeys().keyEncryptionKeysInUse()).hasSize(1).doesNotContain(earlier);
            assertThat(world.dataKeys().countByKeyEncryptionKey())
                    .hasSize(1)
                    .containsValue(25L)
                    .doesNotContainKey(earlier);
            for (int i = 0; i < 25; i++) {
                assertThat(opened(users.get(i), OPENAI)).contains(ApiKeys.text(OPENAI, "number-" + i));
            }
            assertThat(vault.open(users.get(3), OPENAI, PURPOSE, (key, stored) -> stored))
                    .contains(before);
        }

        @Test
        void aSecondRotationFindsNothingToDo() {
            set(user, OPENAI, "openai");

            assertThat(world.dataKeys().rewrapNext(10)).isZero();
            assertThat(world.dataKeys().countUnopenable()).isEmpty();
        }

        @Test
        void refusesAnEmptyBatch() {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> world.dataKeys().rewrapNext(0))
                    .withMessage("a batch has at least one data key, was 0");
        }
    }
}
