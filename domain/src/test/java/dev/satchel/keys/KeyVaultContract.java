package dev.satchel.keys;

import static dev.satchel.keys.Provider.ANTHROPIC;
import static dev.satchel.keys.Provider.OPENAI;
import static dev.satchel.keys.Provider.UNSPLASH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every vault promises. */
public abstract class KeyVaultContract {

    private static final Purpose PURPOSE = new Purpose("describe image");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Set<Provider> EVERY_PROVIDER = EnumSet.allOf(Provider.class);

    private VaultUnderTest world;
    private KeyVault vault;
    private UserId user;

    protected abstract VaultUnderTest emptyVault();

    @BeforeEach
    void open() {
        world = emptyVault();
        vault = world.vault();
        user = world.addUser();
    }

    private void set(UserId whose, Provider provider, String mark) {
        try (ApiKey key = ApiKeys.of(ApiKeys.text(provider, mark))) {
            vault.set(whose, provider, key);
        }
    }

    private Optional<String> opened(UserId whose, Provider provider) {
        return vault.open(whose, provider, PURPOSE, (key, stored) -> ApiKeys.read(key));
    }

    private SealedKey stored(Provider provider) {
        return vault.open(user, provider, PURPOSE, (key, stored) -> stored).orElseThrow();
    }

    private KeyStatus status(Provider provider) {
        return vault.statuses(user).get(provider.ordinal());
    }

    private List<String> recorded() {
        List<String> recorded = new ArrayList<>();
        for (KeyAudit.Entry entry : world.audit().newest(user, 100)) {
            recorded.add(0, entry.provider().code() + " " + entry.action() + " " + entry.purpose());
        }
        return recorded;
    }

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
        void opensWhatWasPutWhereItStands() {
            set(user, OPENAI, "openai");

            world.put(user, OPENAI, stored(OPENAI));

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "openai"));
        }

        @Test
        void isMendedBySettingTheKeyAgain() {
            set(user, OPENAI, "first");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "second");
            world.put(user, OPENAI, first);

            set(user, OPENAI, "third");

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "third"));
        }

        @Test
        void isMendedByRemovingTheKey() {
            set(user, OPENAI, "first");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "second");
            world.put(user, OPENAI, first);

            assertThat(vault.remove(user, OPENAI)).isTrue();

            assertThat(opened(user, OPENAI)).isEmpty();
        }
    }

    @Nested
    class Recording {

        @Test
        void aValidKeyMovesTheTime() {
            set(user, OPENAI, "openai");

            assertThat(vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid()))
                    .isTrue();

            assertThat(status(OPENAI).validity()).isEqualTo(Validity.VALID);
            assertThat(status(OPENAI).lastValidatedAt()).isNotNull();
            assertThat(status(OPENAI).lastCheckedAt()).isEqualTo(status(OPENAI).lastValidatedAt());
            assertThat(status(ANTHROPIC)).isEqualTo(KeyStatus.notSet(ANTHROPIC));
        }

        @Test
        void anAnswerThatProvesNothingMovesNothing() {
            set(user, OPENAI, "openai");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid());
            KeyStatus before = status(OPENAI);
            world.letPass(DAY);

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Unknown("the provider is busy", Duration.ZERO));

            KeyStatus after = status(OPENAI);
            assertThat(after.validity()).isEqualTo(Validity.VALID);
            assertThat(after.lastValidatedAt()).isBeforeOrEqualTo(before.lastValidatedAt());
            assertThat(after.lastCheckedAt()).isAfter(after.lastValidatedAt());
            assertThat(world.isActive(user)).isTrue();
        }

        @Test
        void anOutageDoesNotMakeAnInvalidKeyGood() {
            set(user, OPENAI, "openai");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Invalid("the provider does not know it"));

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Unknown("the provider is busy", Duration.ZERO));

            assertThat(status(OPENAI).validity()).isEqualTo(Validity.INVALID);
            assertThat(world.isActive(user)).isFalse();
        }

        @Test
        void onlyAllKeysInvalidTakeARowOutOfUse() {
            set(user, OPENAI, "openai");
            set(user, ANTHROPIC, "anthropic");

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Invalid("the provider does not know it"));
            assertThat(world.isActive(user)).isTrue();
            vault.record(user, ANTHROPIC, stored(ANTHROPIC), new Verdict.Invalid("the provider does not know it"));
            assertThat(world.isActive(user)).isFalse();

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid());
            assertThat(world.isActive(user)).isTrue();
        }

        @Test
        void aVerdictOnAReplacedKeyIsDropped() {
            set(user, OPENAI, "first");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "second");

            assertThat(vault.record(user, OPENAI, first, new Verdict.Invalid("the provider does not know it")))
                    .isFalse();

            assertThat(status(OPENAI).validity()).isEqualTo(Validity.UNKNOWN);
            assertThat(world.isActive(user)).isTrue();
            vault.remove(user, OPENAI);
            assertThat(vault.record(user, OPENAI, first, new Verdict.Valid())).isFalse();
        }
    }

    @Nested
    class Claiming {

        private KeyVault.DueKey openai;

        @BeforeEach
        void name() {
            openai = new KeyVault.DueKey(user, OPENAI);
        }

        @Test
        void aNewKeyIsDueAtOnceAndThenADayLater() {
            set(user, OPENAI, "openai");

            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .containsExactly(openai);
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
            world.letPass(DAY.minusMinutes(1));
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
            world.letPass(Duration.ofMinutes(1));
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .containsExactly(openai);
        }

        @Test
        void aKeyCheckedByHandIsLeftAloneForADay() {
            set(user, OPENAI, "openai");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid());

            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
            world.letPass(DAY);
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .containsExactly(openai);
        }

        @Test
        void takesNoMoreThanAskedFor() {
            set(user, OPENAI, "openai");
            set(user, ANTHROPIC, "anthropic");
            set(user, UNSPLASH, "unsplash");

            List<KeyVault.DueKey> claimed = new ArrayList<>(vault.claimForCheck(EVERY_PROVIDER, DAY, DAY, 2));
            assertThat(claimed).hasSize(2);
            claimed.addAll(vault.claimForCheck(EVERY_PROVIDER, DAY, DAY, 2));

            assertThat(claimed)
                    .containsExactlyInAnyOrder(
                            openai, new KeyVault.DueKey(user, ANTHROPIC), new KeyVault.DueKey(user, UNSPLASH));
        }

        @Test
        void takesKeysOfTheProvidersAskedForAlone() {
            set(user, OPENAI, "openai");
            set(user, UNSPLASH, "unsplash");

            assertThat(vault.claimForCheck(EnumSet.of(ANTHROPIC, OPENAI), DAY, DAY, 10))
                    .containsExactly(openai);
            assertThat(vault.claimForCheck(EnumSet.noneOf(Provider.class), DAY, DAY, 10))
                    .isEmpty();
            assertThat(vault.claimForCheck(EnumSet.of(UNSPLASH), DAY, DAY, 10))
                    .containsExactly(new KeyVault.DueKey(user, UNSPLASH));
        }

        @Test
        void aRemovedKeyIsNeverDue() {
            set(user, OPENAI, "openai");
            vault.remove(user, OPENAI);

            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
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
        void forgetsKeysNevertheless() {
            set(user, OPENAI, "openai");
            world.replaceKeyEncryptionKeys();

            assertThat(vault.remove(user, OPENAI)).isTrue();
        }

        @Test
        void beginsWithThemOnceNoDataKeyIsLeft() {
            set(user, OPENAI, "openai");
            world.replaceKeyEncryptionKeys();
            vault.removeAll(user);

            vault.requireOwnKeyEncryptionKeys();
            world.dataKeys().requireOwnKeyEncryptionKeys();
            set(user, OPENAI, "again");

            assertThat(opened(user, OPENAI)).contains(ApiKeys.text(OPENAI, "again"));
        }

        @Test
        void goesOnWhereOneOfThemWrapsADataKey() {
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
        void wrapsEveryDataKeyAnewAndTouchesNoKey() {
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
